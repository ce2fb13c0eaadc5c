import { defineComponent } from 'polar-zmanager/component';

/** How many parcels of a sender have been weighed: a row in the journal, one per key. */
const counter = 'scales';

export default defineComponent({
  /** Takes `{ sizes: [grams, …] }`. What it returns is the next step's body. */
  async weigh(body, context) {
    const sizes = body?.sizes;
    if (!Array.isArray(sizes) || sizes.some((grams) => !(grams > 0))) {
      // A code of the product's table says what becomes of the task: this one makes it a dead letter at once.
      throw Object.assign(new Error('A parcel is { "sizes": [grams, …] }.'), { code: 'body.not-data' });
    }
    if (sizes.length === 0) return context.end('nothing to send');

    const parcels = (context.state.read(counter) ?? 0) + 1;
    context.state.write(counter, parcels);
    const grams = sizes.reduce((sum, size) => sum + size, 0);
    context.log.info({ grams, parcels }, 'parcel weighed');
    return { grams, parcels };
  },
});
