// The other end of the raw hop: receives one message per frame and says when it has them all.
import { Pull } from 'zeromq';

const [endpoint, count] = process.argv.slice(2);
const pull = new Pull({ linger: 0 });
await pull.bind(endpoint);
process.send('ready');
let received = 0;
for await (const _frame of pull) if (++received === Number(count)) break;
process.send('done', () => {
  pull.close();
  process.disconnect();
});
