/*
 * Reads what a program prints, and enters JavaScript once per batch: the kernel gives 4 KB at most per read, and each
 * way into JavaScript and through what follows there costs more than such a read. The rule is that of flow.ts: the
 * first bytes after quiet, or after something was typed, go at once; a stream is gathered.
 */
#include "terminal.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
  batch_bytes = 65536,
  /* As flushBytes and quietMs in flow.ts. */
  enough_bytes = 32768,
  quiet_ms = 4,
  /* More reads than fill a batch would keep the event loop from other sessions. */
  reads_per_turn = 16,
  /* The kernel holds less than this of a program that has ended; what comes after is another's. */
  last_bytes = 262144,
};

/* Memory is held by those only that have something waiting. */
static char *take_batch(struct addon *addon) {
  return addon->spares > 0 ? addon->spare[--addon->spares] : malloc(batch_bytes);
}

static void give_back(struct terminal *terminal) {
  struct addon *addon = terminal->addon;
  if (addon->spares < spare_batches) addon->spare[addon->spares++] = terminal->batch;
  else free(terminal->batch);
  terminal->batch = NULL;
  terminal->waiting = 0;
}

/* Hands the batch to JavaScript. It may do anything there, closing this terminal included. */
static void tell(struct terminal *terminal) {
  const int32_t length = terminal->waiting;
  if (length == 0) return;
  memcpy(terminal->target, terminal->batch, length);
  give_back(terminal);
  terminal->typed = false;
  terminal->told_at = uv_hrtime();
  uv_timer_stop(terminal->timer);
  const int32_t news[] = {length, is_plain(terminal->target, length)};
  if (!terminal->addon->dying) call_js(terminal->addon, terminal->on_data, 2, news);
}

static uint64_t quiet_for_ms(const struct terminal *terminal) {
  return (uv_hrtime() - terminal->told_at) / 1000000;
}

static bool is_due(const struct terminal *terminal) {
  return terminal->typed || terminal->waiting >= enough_bytes || quiet_for_ms(terminal) >= quiet_ms;
}

/* One read. False when nothing is there now, or ever again: then `ended` is set. */
static bool read_some(struct terminal *terminal) {
  if (!terminal->batch && !(terminal->batch = take_batch(terminal->addon))) return false;
  ssize_t got;
  do got = read(terminal->fd, terminal->batch + terminal->waiting, batch_bytes - terminal->waiting);
  while (got < 0 && errno == EINTR);
  if (got > 0) {
    terminal->waiting += got;
    return true;
  }
  /* EIO is a terminal's way to say that nobody has it open any more. */
  terminal->ended = got == 0 || errno != EAGAIN;
  if (terminal->waiting == 0) give_back(terminal);
  return false;
}

static void tell_end(struct terminal *terminal) {
  const int32_t none = 0;
  stop_reading(terminal);
  tell(terminal);
  if (!terminal->closed && !terminal->addon->dying) {
    call_js(terminal->addon, terminal->on_data, 1, &none);
  }
}

static void on_time(uv_timer_t *timer) { tell(uv_handle_get_data((uv_handle_t *)timer)); }

static void on_readable(uv_poll_t *poll, int status, int events) {
  (void)events;
  struct terminal *terminal = uv_handle_get_data((uv_handle_t *)poll);
  terminal->ended = status < 0;
  for (int i = 0; i < reads_per_turn && !terminal->ended; i++) {
    if (!read_some(terminal)) break;
    if (is_due(terminal)) break;
  }
  if (terminal->ended) tell_end(terminal);
  else if (terminal->waiting == 0) return;
  else if (is_due(terminal)) tell(terminal);
  else if (!uv_is_active((uv_handle_t *)terminal->timer)) {
    const uint64_t quiet = quiet_for_ms(terminal);
    uv_timer_start(terminal->timer, on_time, quiet < quiet_ms ? quiet_ms - quiet : 0, 0);
  }
}

struct terminal *open_terminal(struct addon *addon, int fd, napi_value target, napi_value on_data) {
  size_t length = 0;
  void *bytes = NULL;
  errno = EINVAL;
  if (napi_get_buffer_info(addon->env, target, &bytes, &length) != napi_ok || length < batch_bytes) return NULL;
  /* A descriptor that cannot be watched must be found out before anything hangs on it: it is no handle then. */
  uv_poll_t *poll = (uv_poll_t *)new_handle(addon, UV_POLL, NULL);
  const int error = uv_poll_init(addon->loop, poll, fd);
  if (error) {
    free(poll);
    addon->handles--;
    errno = -error;
    return NULL;
  }
  struct terminal *terminal = calloc(1, sizeof *terminal);
  uv_handle_set_data((uv_handle_t *)poll, terminal);
  terminal->addon = addon;
  terminal->fd = fd;
  terminal->target = bytes;
  terminal->poll = poll;
  terminal->timer = (uv_timer_t *)new_handle(addon, UV_TIMER, terminal);
  terminal->open_handles = 2;
  uv_timer_init(addon->loop, terminal->timer);
  napi_create_reference(addon->env, target, 1, &terminal->target_ref);
  napi_create_reference(addon->env, on_data, 1, &terminal->on_data);
  terminal->next = addon->terminals;
  addon->terminals = terminal;
  start_reading(terminal);
  return terminal;
}

void start_reading(struct terminal *terminal) {
  if (terminal->reading || terminal->ended || terminal->closed) return;
  terminal->reading = uv_poll_start(terminal->poll, UV_READABLE, on_readable) == 0;
}

void stop_reading(struct terminal *terminal) {
  if (!terminal->reading) return;
  terminal->reading = false;
  uv_poll_stop(terminal->poll);
}

bool drain_terminal(struct terminal *terminal) {
  for (size_t total = 0; !terminal->closed && !terminal->ended && total < last_bytes;) {
    const size_t before = terminal->waiting;
    if (!read_some(terminal)) break;
    total += terminal->waiting - before;
    if (terminal->waiting >= enough_bytes) tell(terminal);
  }
  if (terminal->closed) return true;
  if (terminal->ended) stop_reading(terminal);
  tell(terminal);
  return terminal->ended;
}

static void free_if_unused(struct terminal *terminal) {
  if (terminal->forgotten && terminal->open_handles == 0) free(terminal);
}

static void on_closed(uv_handle_t *handle) {
  struct terminal *terminal = uv_handle_get_data(handle);
  terminal->open_handles--;
  free_if_unused(terminal);
}

void close_terminal(struct terminal *terminal) {
  if (terminal->closed) return;
  terminal->closed = true;
  struct addon *addon = terminal->addon;
  stop_reading(terminal);
  for (struct terminal **link = &addon->terminals; *link; link = &(*link)->next) {
    if (*link != terminal) continue;
    *link = terminal->next;
    break;
  }
  if (terminal->batch) give_back(terminal);
  napi_delete_reference(addon->env, terminal->target_ref);
  napi_delete_reference(addon->env, terminal->on_data);
  close_handle(addon, (uv_handle_t *)terminal->poll, on_closed);
  close_handle(addon, (uv_handle_t *)terminal->timer, on_closed);
  close(terminal->fd);
}

void forget_terminal(struct terminal *terminal) {
  close_terminal(terminal);
  terminal->forgotten = true;
  free_if_unused(terminal);
}
