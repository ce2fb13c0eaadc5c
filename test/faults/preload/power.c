/*
 * A disk that forgets at a power cut what it was not told to keep. Preloaded into the processes of a node, it keeps a
 * second file beside the journal's, data.mdb.durable, that gets what is written only when the writer syncs it, or at
 * once where the descriptor says O_DSYNC. After a cut that file is what there is.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

struct write_note {
  struct write_note *next;
  off_t at;
  size_t size;
  char bytes[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct write_note *first, **last = &first;
static int durable = -1;

/* Whether the descriptor is the journal's file; opens the second file with the first write. */
static int is_journal(int fd) {
  const char *suffix = "/journal/data.mdb";
  char link[64], path[4096];
  int digits = 0, number = fd;
  char reversed[16];
  if (fd < 0) return 0;
  do reversed[digits++] = '0' + number % 10; while ((number /= 10) > 0);
  strcpy(link, "/proc/self/fd/");
  for (char *to = link + strlen(link); ; *to++ = reversed[--digits])
    if (digits == 0) { *to = 0; break; }
  ssize_t length = readlink(link, path, sizeof path - 16);
  if (length < (ssize_t)strlen(suffix)) return 0;
  path[length] = 0;
  if (strcmp(path + length - strlen(suffix), suffix) != 0) return 0;
  if (durable < 0) {
    strcat(path, ".durable");
    durable = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  }
  return durable >= 0;
}

static ssize_t real_pwrite(int fd, const void *bytes, size_t size, off_t at) {
  static ssize_t (*next)(int, const void *, size_t, off_t);
  if (!next) next = dlsym(RTLD_NEXT, "pwrite64");
  return next(fd, bytes, size, at);
}

static void note(int fd, const char *bytes, size_t size, off_t at) {
  if (fcntl(fd, F_GETFL) & O_DSYNC) {
    real_pwrite(durable, bytes, size, at);
    return;
  }
  struct write_note *one = malloc(sizeof *one + size);
  if (!one) return;
  one->next = NULL;
  one->at = at;
  one->size = size;
  memcpy(one->bytes, bytes, size);
  pthread_mutex_lock(&lock);
  *last = one;
  last = &one->next;
  pthread_mutex_unlock(&lock);
}

/* Called before the real sync: what is written during it is not promised by it. */
static struct write_note *take_notes(void) {
  pthread_mutex_lock(&lock);
  struct write_note *taken = first;
  first = NULL;
  last = &first;
  pthread_mutex_unlock(&lock);
  return taken;
}

static void keep(struct write_note *notes) {
  while (notes) {
    struct write_note *next = notes->next;
    real_pwrite(durable, notes->bytes, notes->size, notes->at);
    free(notes);
    notes = next;
  }
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off_t at) {
  ssize_t written = real_pwrite(fd, bytes, size, at);
  if (written > 0 && is_journal(fd)) note(fd, bytes, written, at);
  return written;
}

ssize_t write(int fd, const void *bytes, size_t size) {
  static ssize_t (*next)(int, const void *, size_t);
  if (!next) next = dlsym(RTLD_NEXT, "write");
  ssize_t written = next(fd, bytes, size);
  if (written > 0 && is_journal(fd)) note(fd, bytes, written, lseek(fd, 0, SEEK_CUR) - written);
  return written;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  static ssize_t (*next)(int, const struct iovec *, int);
  if (!next) next = dlsym(RTLD_NEXT, "writev");
  ssize_t written = next(fd, parts, count);
  if (written > 0 && is_journal(fd)) {
    off_t at = lseek(fd, 0, SEEK_CUR) - written;
    ssize_t left = written;
    for (int part = 0; part < count && left > 0; part++) {
      size_t size = parts[part].iov_len < (size_t)left ? parts[part].iov_len : (size_t)left;
      note(fd, parts[part].iov_base, size, at);
      at += size;
      left -= size;
    }
  }
  return written;
}

static int syncMs(void) {
  const char *text = getenv("POLAR_FAULTS_SYNC_MS");
  return text ? atoi(text) : 0;
}

static int synced(int fd, const char *name) {
  int (*next)(int) = dlsym(RTLD_NEXT, name);
  struct write_note *notes = is_journal(fd) ? take_notes() : NULL;
  int result = next(fd);
  /* A slow disk: what comes between the write and the end of the sync is seen, and not kept yet. */
  if (notes) usleep(syncMs() * 1000);
  keep(notes);
  return result;
}

int fdatasync(int fd) { return synced(fd, "fdatasync"); }
int fsync(int fd) { return synced(fd, "fsync"); }
