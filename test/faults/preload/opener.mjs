// Opens a journal to read it and closes it again, over and over, with the product that it is given.
import { pathToFileURL } from 'node:url';

// Nobody is left to end it when the test has died.
process.once('disconnect', () => process.exit());
const [, , reader, journal] = process.argv;
const { openJournalReader } = await import(pathToFileURL(reader).href);
for (;;) {
  const opened = openJournalReader(journal);
  opened.info();
  await opened.close();
  await new Promise((resolve) => setTimeout(resolve, 5));
}
