import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type BridgeStatus, expectConsistent, isDown, isUp } from './bridge-status.ts';
import { type DeliveryWatch, openDeliveryWatch } from './delivery-watch.ts';
import { openTcpProxy, type TcpProxy } from './tcp-proxy.ts';
import { describeWithBroker, theBroker, useVhost } from './the-broker.ts';
import { until } from './waiting.ts';

/*
 * What befalls the network between a node and its broker, and the bridge itself, while events never stop coming. Each
 * fault strikes while some are on their way, and what was confirmed without the node having heard of it comes twice.
 */

/** Bytes: less than a frame or a confirmation within TLS, so that the cut is in the middle of one. */
const within = 17;

describeWithBroker('events that never stop coming, over a network that fails,', () => {
  const vhost = useVhost();
  let proxy: TcpProxy;
  let watch: DeliveryWatch;

  beforeAll(async () => {
    const broker = theBroker();
    proxy = await openTcpProxy(broker.amqpsPort);
    const settings = ['confirm_within = 5s', 'window = 64'];
    watch = await openDeliveryWatch(broker, { vhost, port: proxy.port, settings });
    await watch.pushes.more(20);
  });
  afterEach(() => proxy.heal());
  afterAll(async () => {
    await watch?.close();
    await proxy?.close();
  });

  const told = (what: string, holds: (status: BridgeStatus) => boolean) => watch.node.told(what, holds);
  const nothingIsLost = async () =>
    expect(await watch.everythingArrives()).toMatchObject({ lost: [], forged: [], late: [] });
  const isNew = (before: BridgeStatus) => (status: BridgeStatus) =>
    isUp(status) && (status.pid !== before.pid || status.link.since > before.link.since);
  /** All of it made up for: what was under way when it struck is settled. */
  const healed = async (before: BridgeStatus) => {
    await proxy.heal();
    const after = await told('the link is a new one', isNew(before));
    await told('all is made up for', ({ cursor }) => cursor >= after.newest);
    await nothingIsLost();
    return after;
  };

  test.each<[string, () => void]>([
    ['that is cut', () => proxy.cut()],
    ['that is cut in the middle of what is sent', () => proxy.truncate('up', within)],
    ['that is cut in the middle of a confirmation', () => proxy.truncate('down', within)],
  ])('arrive over a link %s', async (_what, strike) => {
    const before = await told('the link is up', isUp);
    strike();
    const broken = await told('that link is no more', (status) => isDown(status) || isNew(before)(status));
    expect(broken.lastError?.code).toMatch(/^broker\.(?:lost|unreachable)$/);
    expect(await healed(before)).toMatchObject({ pid: before.pid, quarantined: 0 });
  });

  test('arrive when confirmations do not: they are sent again, with their ids, and say so', async () => {
    const before = await told('the link is up', isUp);
    const known = watch.arrived().length;
    proxy.stall('down');
    const waiting = await told('some are on their way', ({ inFlight }) => inFlight > 0);
    expectConsistent(waiting);
    const lost = await told('that link is no more', isDown);
    // By the time of the question the next attempt may have failed as well.
    expect(lost.lastError?.message).toMatch(/no confirmation came within|no answer came in time/);
    expect(lost.lag).toBeGreaterThanOrEqual(waiting.inFlight);
    expectConsistent(lost);
    const after = await healed(before);
    expect(after.pid).toBe(before.pid);
    const news = watch.arrived().slice(known);
    const again = news.filter(({ id }, index) => news.findIndex((each) => each.id === id) < index);
    expect(again.length).toBeGreaterThan(0);
    for (const { headers } of again) expect(headers).toMatchObject({ redelivered: true });
    for (const { headers } of again) expect(headers['attempt']).toBeGreaterThan(1);
  });

  test('arrive when nothing gets through in either direction', async () => {
    const before = await told('the link is up', isUp);
    proxy.stall('up', 'down');
    await told('that link is no more', isDown);
    await healed(before);
  });

  test('arrive when nobody listens any more', async () => {
    const before = await told('the link is up', isUp);
    await proxy.refuse();
    const away = await told(
      'nobody listens',
      (status) => isDown(status) && status.lastError?.code === 'broker.unreachable',
    );
    await watch.pushes.more(10);
    const later = await told('it falls behind', (status) => isDown(status) && status.lag > away.lag);
    expect(later).toMatchObject({ pid: before.pid, cursor: away.cursor });
    await healed(before);
  });

  test('arrive over a slow network', async () => {
    const { pid } = await told('the link is up', isUp);
    proxy.delay(200);
    await watch.pushes.more(80);
    await nothingIsLost();
    expect(await told('the link is up', isUp)).toMatchObject({ pid, quarantined: 0 });
  });

  test('arrive when the bridge is killed, over and over, while the broker is slow', async () => {
    const first = await told('the link is up', isUp);
    proxy.delay(150);
    let before = first;
    for (let kills = 0; kills < 3; kills++) {
      before = await told('some are on their way', ({ inFlight }) => inFlight > 0);
      process.kill(before.pid, 'SIGKILL');
      await told('there is another one', isNew(before));
    }
    const last = await healed(before);
    expect(last.restarts).toBe(first.restarts + 3);
    expect(last.quarantined).toBe(0);
  });

  test('arrive when the bridge is killed while the broker has them and has not been heard', async () => {
    const before = await told('the link is up', isUp);
    const [known, passed] = [watch.arrived().length, proxy.passed('up')];
    proxy.stall('down');
    await until('some have reached the broker', async () => proxy.passed('up') > passed + 2000);
    process.kill((await told('they are on their way', ({ inFlight }) => inFlight > 0)).pid, 'SIGKILL');
    await told('there is another one', ({ pid, process: state }) => pid !== before.pid && state === 'ready');
    await healed(before);
    const news = watch.arrived().slice(known);
    expect(new Set(news.map(({ id }) => id)).size).toBeLessThan(news.length);
  });

  test('arrive after the node was stopped beside a broker that does not answer, and started again', async () => {
    const before = await told('the link is up', isUp);
    proxy.stall('up', 'down');
    await watch.pushes.more(10);
    expect(await watch.node.pzm('down')).toMatchObject({ code: 0 });
    await proxy.heal();
    expect(await watch.node.pzm('up', '-d')).toMatchObject({ code: 0 });
    const after = await healed(before);
    expect(after.cursor).toBeGreaterThan(before.cursor);
  });

  test('are every one that the node has given its word for', async () => {
    expect(await watch.unkept()).toEqual([]);
  });
});
