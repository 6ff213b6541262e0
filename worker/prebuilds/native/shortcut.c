/*
 * The short way between a terminal and the viewer who types in it. JavaScript decides everything; but its code is cold
 * when a key comes, and takes ten times as long as in a benchmark. So it says beforehand what it would do with the next
 * keys and the next output if they are simple; that is done at once, and JavaScript keeps the books afterwards. What
 * viewers acknowledge is only for the books.
 */
#include "terminal.h"
#include <string.h>

/* RFC 6455: a final binary message, whose length is below 126. Frames of term.v1: kind and number, then bytes. */
enum {
  whole_binary = 0x82,
  masked = 0x80,
  mask_bytes = 4,
  longest = 125,
  output_kind = 0x10,
  ack_kind = 0x13,
  input_kind = 0x20,
  number_bytes = 8,
  /* Nobody sees whether the books are late by so little, and those of all are kept in one go. */
  books_ms = 4,
  books_ns = 50000,
  /* Whoever typed so recently still waits for the echo: it comes first, unless the books have waited for long. */
  echo_ms = 2,
  latest_ms = 20,
  head_bytes = 1 + number_bytes,
  /* Whoever may be shown so much more does not wait for an acknowledgement to be looked at: three quarters of a window.
   * Of a stream, which is paused at less, a viewer acknowledges more at a time. */
  patient_bytes = 196608,
};

void join(struct terminal *terminal, struct connection *connection, uint64_t offset, size_t allowance, int64_t next_key) {
  if (terminal->viewer != connection) part(terminal);
  if (terminal->watched.closed || connection->watched.closed) return;
  if (connection->terminal && connection->terminal != terminal) part(connection->terminal);
  terminal->viewer = connection;
  /* JavaScript does not know yet what was shown since. */
  terminal->offset = offset + terminal->shown;
  terminal->allowance = allowance > terminal->shown ? allowance - terminal->shown : 0;
  connection->terminal = terminal;
  connection->next_key = next_key < 0 ? -1 : next_key + (int64_t)connection->typed;
}

void settle(struct terminal *terminal) {
  if (terminal->viewer) settle_keys(terminal->viewer);
  settle_output(terminal);
}

static bool settle_watched(struct watched *watched) {
  struct connection *connection = watched->timer ? NULL : (struct connection *)watched;
  struct terminal *terminal = watched->timer ? (struct terminal *)watched : NULL;
  if (connection && connection->held_bytes > 0) settle_keys(connection);
  else if (terminal && terminal->shown > 0) settle_output(terminal);
  else return false;
  return true;
}

static void on_books(uv_timer_t *timer) {
  struct addon *addon = uv_handle_get_data((uv_handle_t *)timer);
  const uint64_t now = uv_hrtime(), until = now + books_ns;
  const bool awaits_echo = now - addon->typed_at < echo_ms * ms;
  if (awaits_echo && now - addon->books_at < latest_ms * ms) return (void)uv_timer_start(timer, on_books, 1, 0);
  /* One after the other, while the code is warm. What JavaScript does there may close others: look anew each time. */
  for (struct watched *watched = addon->watched; watched;) {
    const bool settled = settle_watched(watched);
    watched = settled ? addon->watched : watched->next;
    /* The rest after whatever has come meanwhile. */
    if (settled && uv_hrtime() > until) return (void)uv_timer_start(timer, on_books, 0, 0);
  }
}

void settle_later(struct addon *addon) {
  if (uv_is_active((uv_handle_t *)addon->books)) return;
  addon->books_at = uv_hrtime();
  uv_timer_start(addon->books, on_books, books_ms, 0);
}

void part(struct terminal *terminal) {
  if (!terminal->viewer) return;
  terminal->viewer->terminal = NULL;
  terminal->viewer = NULL;
}

static uint64_t number_at(const uint8_t *bytes) {
  uint64_t number = 0;
  for (int i = 0; i < number_bytes; i++) number = number << 8 | bytes[i];
  return number;
}

/* A program that begins to ask for a password: the viewer must hear of it before anything else. */
static bool has_news(const struct terminal *terminal) {
  return terminal_state(terminal->watched.fd) != terminal->state;
}

/* For JavaScript, later. */
static void hold(struct connection *connection, const uint8_t *bytes, size_t length) {
  memcpy(connection->held + connection->held_bytes, bytes, length);
  connection->held_bytes += length;
}

static bool type_at_once(struct connection *connection, const uint8_t *bytes, size_t length, const uint8_t *keys,
                         size_t size) {
  struct terminal *terminal = connection->terminal;
  const ssize_t taken = write_terminal(terminal, keys, size);
  if (taken <= 0) return false;
  hold(connection, bytes, length);
  connection->typed += taken;
  /* What the terminal has no room for is JavaScript's to write, and all that follows. */
  const bool is_whole = (size_t)taken == size;
  connection->next_key = is_whole ? connection->next_key + taken : -1;
  if (is_whole) settle_later(terminal->watched.addon);
  else settle_keys(connection);
  return true;
}

bool take_at_once(struct connection *connection, const uint8_t *bytes, size_t length) {
  struct terminal *terminal = connection->terminal;
  uint8_t frame[longest];
  const size_t start = 2 + mask_bytes;
  if (!terminal || length > sizeof connection->held - connection->held_bytes) return false;
  if (length < start + head_bytes || length > start + longest) return false;
  if (bytes[0] != whole_binary || bytes[1] != (masked | (length - start))) return false;
  const size_t size = length - start;
  for (size_t i = 0; i < size; i++) frame[i] = bytes[start + i] ^ bytes[2 + i % mask_bytes];
  const uint64_t number = number_at(frame + 1);
  if (frame[0] == ack_kind && size == head_bytes) {
    /* Of what was never shown it is an error, which must come before the next key. */
    if (number > terminal->offset || terminal->allowance < patient_bytes) return false;
    hold(connection, bytes, length);
    settle_later(terminal->watched.addon);
    return true;
  }
  if (frame[0] != input_kind || size == head_bytes || connection->next_key < 0) return false;
  if (number != (uint64_t)connection->next_key || has_news(terminal)) return false;
  return type_at_once(connection, bytes, length, frame + head_bytes, size - head_bytes);
}

bool show_at_once(struct terminal *terminal, const char *bytes, size_t length) {
  struct connection *connection = terminal->viewer;
  if (!connection || length == 0 || length > terminal->allowance) return false;
  /* Something that JavaScript or we could not send whole goes first. */
  if (connection->rest || connection->awaited) return false;
  if (has_news(terminal)) return false;
  uint8_t head[10 + head_bytes];
  const size_t size = head_bytes + length;
  size_t at = 0;
  head[at++] = whole_binary;
  if (size < 126) head[at++] = size;
  else {
    const int wide = size < 65536 ? 2 : 8;
    head[at++] = wide == 2 ? 126 : 127;
    for (int i = wide - 1; i >= 0; i--) head[at++] = (uint64_t)size >> (8 * i);
  }
  head[at++] = output_kind;
  for (int i = number_bytes - 1; i >= 0; i--) head[at++] = terminal->offset >> (8 * i);
  if (!send_whole(connection, head, at, bytes, length)) return false;
  terminal->allowance -= length;
  terminal->offset += length;
  return true;
}
