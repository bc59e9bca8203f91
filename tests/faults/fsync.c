/*
 * Preloaded into a process under test. Each fsync of it takes SLOW_FSYNC_MS longer, and where FSYNCED_INTO names a
 * folder, what it had of the log's files when it began lies there once it is done: the least that a power failure
 * leaves of them.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { names = 2, longest = 4096 };
static const char *const kept[names] = {"log.sqlite", "log.sqlite-wal"};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long begun, last_kept[names];

static void delay(void) {
  const char *text = getenv("SLOW_FSYNC_MS");
  long ms = text == NULL ? 0 : atol(text);
  struct timespec span = {ms / 1000, ms % 1000 * 1000000L};
  nanosleep(&span, NULL);
}

static int name_of(int descriptor) {
  char link[64], path[longest];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return -1;
  path[length] = 0;
  const char *slash = strrchr(path, '/');
  for (int name = 0; name < names; name += 1)
    if (slash != NULL && strcmp(slash + 1, kept[name]) == 0) return name;
  return -1;
}

static void copy(int descriptor, const char *to) {
  char buffer[1 << 16];
  int out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  off_t at = 0;
  for (ssize_t count; (count = pread(descriptor, buffer, sizeof buffer, at)) > 0; at += count)
    if (write(out, buffer, count) != count) abort();
  close(out);
}

static int synced(const char *call, int descriptor) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, call);
  const char *folder = getenv("FSYNCED_INTO");
  int name = folder == NULL ? -1 : name_of(descriptor);
  char unfinished[longest + 32], finished[longest + 32];
  long own = 0;
  if (name >= 0) {
    pthread_mutex_lock(&lock);
    own = ++begun;
    snprintf(unfinished, sizeof unfinished, "%s/%ld.part", folder, own);
    snprintf(finished, sizeof finished, "%s/%s", folder, kept[name]);
    copy(descriptor, unfinished);
    pthread_mutex_unlock(&lock);
  }
  delay();
  int result = real(descriptor);
  if (name >= 0) {
    pthread_mutex_lock(&lock);
    if (result == 0 && own > last_kept[name]) {
      last_kept[name] = own;
      rename(unfinished, finished);
    } else unlink(unfinished);
    pthread_mutex_unlock(&lock);
  }
  return result;
}

int fsync(int descriptor) { return synced("fsync", descriptor); }
int fdatasync(int descriptor) { return synced("fdatasync", descriptor); }
