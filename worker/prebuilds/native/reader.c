/*
 * Reads what a program prints, and enters JavaScript once per batch: the kernel gives 4 KB at most per read, and each
 * way into JavaScript and through what follows there costs more than such a read. The rule is that of flow.ts: the
 * first bytes after quiet, or after something was typed, go at once; a stream is gathered. What trickles is not looked at
 * piece by piece: each look wakes three processes. And while someone types elsewhere a stream is read once in each nap:
 * nobody reads 16 MB/s, but everybody feels a late echo.
 */
#include "terminal.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum {
  /* As flushBytes and quietMs in flow.ts. */
  enough_bytes = 57344,
  quiet_ms = 4,
  /* More reads than fill a batch would keep the event loop from other sessions. */
  reads_per_turn = 16,
  /* The kernel holds less than this of a program that has ended; what comes after is another's. */
  last_bytes = 262144,
  nap_ms = 1,
  /* The kernel seldom has more at a time. */
  most_per_read = 4096,
  /* After less there is nothing, and asking would wait for it to look. */
  short_read = 2048,
  /* The most that the kernel holds ready of a terminal: after so much it has more at hand, and who rests is no faster. */
  full_read = 4095,
  /* After less, but not little, a worker of the kernel brings the next. Who asks meanwhile waits in line for it, which
   * costs one stream a quarter of its speed, and all processes together as much of their work. 8 and 50 µs are slower. */
  rest_ns = 20000,
  /* On a busy machine each rest may last: none begins after this, for other sessions wait meanwhile. */
  turn_ms = 1,
  /* Less is told to JavaScript together with what other terminals show in the next ms. */
  many_bytes = 4096,
  /* 8 bytes per µs: in a nap, which may take twice its time, such a stream fills a part of what the kernel can hold. */
  ns_per_byte = 125,
  /* Streams that took turns so recently still do. */
  turns_ms = 20,
  /* Someone who typed so recently is at it. */
  typing_ms = 250,
};

/* A read into no room would look like the program's end: there is some even behind what was shown. */
_Static_assert(enough_bytes + many_bytes + most_per_read <= target_bytes, "a batch has room for one read more");

/* Memory is held by those only that have something waiting. */
static char *take_batch(struct addon *addon) {
  return addon->spares > 0 ? addon->spare[--addon->spares] : malloc(target_bytes);
}

static void give_back(struct terminal *terminal) {
  struct addon *addon = terminal->watched.addon;
  if (addon->spares < spare_batches) addon->spare[addon->spares++] = terminal->batch;
  else free(terminal->batch);
  terminal->batch = NULL;
  terminal->waiting = terminal->shown = 0;
}

/* Hands on `length` bytes in `target`. JavaScript may do anything there, closing this terminal included. */
static void tell_target(struct terminal *terminal, int32_t length, bool shown) {
  struct watched *watched = &terminal->watched;
  if (length == 0) return;
  const int32_t news[] = {length, what_holds(watched->target, length), shown};
  /* The short way goes on elsewhere then, from where JavaScript says. */
  if (!shown) terminal->allowance = 0;
  tell_watched(watched, 3, news);
}

/* Takes `length` bytes off the front of the batch, into `target`. */
static void unload(struct terminal *terminal, size_t length) {
  if (length == 0) return;
  memcpy(terminal->watched.target, terminal->batch, length);
  terminal->waiting -= length;
  terminal->shown -= terminal->shown < length ? terminal->shown : length;
  if (terminal->waiting == 0) give_back(terminal);
  else memmove(terminal->batch, terminal->batch + length, terminal->waiting);
}

void settle_output(struct terminal *terminal) {
  const size_t shown = terminal->shown;
  unload(terminal, shown);
  tell_target(terminal, shown, true);
}

/*
 * What was just read or has waited goes on: to the viewer if that may be, and to JavaScript at once or with others.
 * Unless it must be all, what a stream has begun at its end waits for the rest.
 */
static void hand_on(struct terminal *terminal, bool all) {
  size_t fresh = terminal->waiting - terminal->shown;
  if (fresh == 0) return;
  if (!all && fresh >= many_bytes) fresh = whole_bytes(terminal->batch + terminal->shown, fresh);
  terminal->typed = false;
  terminal->told_at = uv_hrtime();
  uv_timer_stop(terminal->watched.timer);
  if (show_at_once(terminal, terminal->batch + terminal->shown, fresh)) {
    terminal->shown += fresh;
    if (terminal->shown >= many_bytes) settle_output(terminal);
    else settle_later(terminal->watched.addon);
  } else {
    settle(terminal);
    if (terminal->watched.closed) return;
    if (fresh > terminal->waiting) fresh = terminal->waiting;
    unload(terminal, fresh);
    tell_target(terminal, fresh, false);
  }
}

static uint64_t quiet_for_ms(const struct terminal *terminal) {
  return (uv_hrtime() - terminal->told_at) / ms;
}

static bool is_due(const struct terminal *terminal, size_t fresh) {
  return terminal->typed || fresh >= enough_bytes || quiet_for_ms(terminal) >= quiet_ms;
}

/* One read. 0 when nothing is there now, or ever again: then `ended` is set. */
static size_t read_some(struct terminal *terminal, char *into, size_t room) {
  ssize_t got;
  do got = read(terminal->watched.fd, into, room);
  while (got < 0 && errno == EINTR);
  if (got > 0) return got;
  /* EIO is a terminal's way to say that nobody has it open any more. */
  terminal->ended = got == 0 || errno != EAGAIN;
  return 0;
}

/* It gives a stream: is it the only one? */
static bool note_stream(struct terminal *terminal) {
  struct addon *addon = terminal->watched.addon;
  const uint64_t now = uv_hrtime();
  if (addon->streaming && addon->streaming != terminal) addon->turns_at = now;
  addon->streaming = terminal;
  return now - addon->turns_at > turns_ms * ms;
}

static void rest(void) {
  const struct timespec time = {.tv_nsec = rest_ns};
  nanosleep(&time, NULL);
}

/* Short rests need a clock that is not rounded up to 50 µs. 0 is the usual one, which programs should be started with. */
static void set_clock_slack(unsigned long ns) { prctl(PR_SET_TIMERSLACK, ns, 0, 0, 0); }

static void on_readable(uv_poll_t *poll, int status, int events);

static void watch(struct terminal *terminal) {
  const bool wanted = terminal->reading && !terminal->napping && !terminal->ended;
  wait_for(&terminal->watched, wanted ? UV_READABLE : 0, on_readable);
}

static void tell_end(struct terminal *terminal) {
  const int32_t none = 0;
  watch(terminal);
  hand_on(terminal, true);
  settle_output(terminal);
  tell_watched(&terminal->watched, 1, &none);
}

static bool gives_way(const struct terminal *terminal) {
  const struct addon *addon = terminal->watched.addon;
  return addon->typed_in && addon->typed_in != terminal && uv_hrtime() - addon->typed_at < typing_ms * ms;
}

static bool trickles(const struct terminal *terminal) {
  return (terminal->waiting - terminal->shown) * ns_per_byte < uv_hrtime() - terminal->told_at;
}

static void take(struct terminal *terminal);

static void on_time(uv_timer_t *timer) {
  struct terminal *terminal = uv_handle_get_data((uv_handle_t *)timer);
  terminal->napping = false;
  take(terminal);
  watch(terminal);
}

/* `begun`: what waits is the begin of what a stream goes on with, and no trickle. */
static void wait_for_more(struct terminal *terminal, bool begun) {
  if (terminal->waiting == terminal->shown) return;
  const uint64_t quiet = quiet_for_ms(terminal);
  const uint64_t left = quiet < quiet_ms ? quiet_ms - quiet : 0;
  terminal->napping = !terminal->typed && (gives_way(terminal) || (!begun && trickles(terminal)));
  if (terminal->napping) watch(terminal);
  uv_timer_start(terminal->watched.timer, on_time, terminal->napping && left > nap_ms ? nap_ms : left, 0);
}

/* Reads what is there, of a stream at most a full batch; is it due? */
static bool gather(struct terminal *terminal) {
  const size_t before = terminal->waiting - terminal->shown;
  const bool was_due = before > 0 && is_due(terminal, before);
  bool due = was_due;
  const int most = !terminal->reading ? 0 : gives_way(terminal) ? 1 : reads_per_turn;
  const uint64_t begun = uv_hrtime();
  bool alone = false, rested = false;
  for (int reads = 1; reads <= most && !terminal->ended; reads++) {
    const size_t room = target_bytes - terminal->waiting;
    const size_t more =
        read_some(terminal, terminal->batch + terminal->waiting, room < most_per_read ? room : most_per_read);
    terminal->waiting += more;
    const size_t fresh = terminal->waiting - terminal->shown;
    due = due || (more > 0 && is_due(terminal, fresh));
    if (more < short_read || (due && !was_due) || fresh >= enough_bytes) break;
    if (reads == 1) alone = note_stream(terminal);
    if (uv_hrtime() - begun >= turn_ms * ms) break;
    if (!alone || more >= full_read) continue;
    if (!rested) set_clock_slack(1);
    rested = true;
    rest();
  }
  if (rested) set_clock_slack(0);
  return due;
}

/* Reads, and hands on what is due. */
static void take(struct terminal *terminal) {
  if (!terminal->batch && !(terminal->batch = take_batch(terminal->watched.addon))) return;
  const bool due = gather(terminal);
  if (terminal->waiting == 0) give_back(terminal);
  if (due) hand_on(terminal, false);
  if (terminal->watched.closed) return;
  if (terminal->ended) tell_end(terminal);
  else wait_for_more(terminal, due);
}

static void on_readable(uv_poll_t *poll, int status, int events) {
  (void)events;
  struct terminal *terminal = uv_handle_get_data((uv_handle_t *)poll);
  terminal->ended = status < 0;
  take(terminal);
}

static void on_close(struct watched *watched) {
  struct terminal *terminal = (struct terminal *)watched;
  if (terminal->batch) give_back(terminal);
  part(terminal);
  if (watched->addon->typed_in == terminal) watched->addon->typed_in = NULL;
  if (watched->addon->streaming == terminal) watched->addon->streaming = NULL;
}

struct terminal *open_terminal(struct addon *addon, int fd, napi_value target, napi_value on_data) {
  struct terminal *terminal = open_watched(addon, sizeof *terminal, fd, target, on_data);
  if (!terminal) return NULL;
  terminal->watched.timer = (uv_timer_t *)new_handle(addon, UV_TIMER, terminal);
  terminal->watched.open_handles++;
  terminal->watched.on_close = on_close;
  uv_timer_init(addon->loop, terminal->watched.timer);
  start_reading(terminal);
  return terminal;
}

void start_reading(struct terminal *terminal) {
  terminal->reading = true;
  watch(terminal);
}

void stop_reading(struct terminal *terminal) {
  terminal->reading = false;
  watch(terminal);
}

ssize_t write_terminal(struct terminal *terminal, const void *bytes, size_t length) {
  struct addon *addon = terminal->watched.addon;
  if (terminal->watched.closed) return -1;
  terminal->typed = true;
  terminal->napping = false;
  watch(terminal);
  addon->typed_in = terminal;
  addon->typed_at = uv_hrtime();
  ssize_t taken;
  do taken = write(terminal->watched.fd, bytes, length);
  while (taken < 0 && errno == EINTR);
  return taken < 0 && errno == EAGAIN ? 0 : taken;
}

bool drain_terminal(struct terminal *terminal) {
  struct watched *watched = &terminal->watched;
  terminal->napping = false;
  hand_on(terminal, true);
  settle_output(terminal);
  for (size_t total = 0; !watched->closed && !terminal->ended && total < last_bytes;) {
    size_t got = 0;
    for (size_t more = 1; more > 0 && got < enough_bytes; got += more) {
      more = read_some(terminal, watched->target + got, target_bytes - got);
    }
    if (got == 0) break;
    total += got;
    tell_target(terminal, got, false);
  }
  if (watched->closed) return true;
  watch(terminal);
  return terminal->ended;
}
