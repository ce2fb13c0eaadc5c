type Json = Readonly<Record<string, unknown>>;

/** The API that the observable describes: seven operations, one of which a switch exchanges for another. */
export function shopApi({ refunds }: { readonly refunds: boolean }): Json {
  return {
    openapi: '3.1.0',
    info: { title: 'shop-api', version: '1' },
    paths: {
      '/health': { get: operation('Tell whether the shop is open', 'Health') },
      '/products': { get: operation('List what is for sale', 'Products') },
      '/products/{id}': { parameters: [id], get: operation('Show a product', 'Product') },
      '/orders': {
        get: operation('List the orders', 'Orders'),
        post: operation('Place an order', 'Order', '201'),
      },
      '/orders/{id}': {
        parameters: [id],
        get: operation('Show an order', 'Order'),
        ...(refunds ? {} : { delete: operation('Cancel an order', 'Order') }),
      },
      ...(refunds ? { '/refunds': { post: operation('Refund an order', 'Order', '201') } } : {}),
    },
    components: { schemas },
  };
}

const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };

const schemas = {
  Health: object({ status: { enum: ['ok', 'down'] }, version: { type: 'string' } }),
  Product: object({ id: { type: 'string' }, name: { type: 'string' }, cents: { type: 'integer' } }),
  Products: { type: 'array', items: reference('Product') },
  Order: object({ id: { type: 'string' }, products: reference('Products') }),
  Orders: { type: 'array', items: reference('Order') },
};

function operation(summary: string, schema: string, status = '200'): Json {
  const content = { 'application/json': { schema: reference(schema) } };
  return { summary, responses: { [status]: { description: schema, content } } };
}

function object(properties: Json): Json {
  return { type: 'object', required: Object.keys(properties), properties };
}

function reference(schema: string): Json {
  return { $ref: `#/components/schemas/${schema}` };
}
