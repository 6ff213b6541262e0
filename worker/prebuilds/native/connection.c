/*
 * A viewer's connection: bytes in and out without a stream between. What they mean is JavaScript's to find out; nothing
 * that came over the network is looked at here.
 */
#include "terminal.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* What JavaScript is told instead of a length. */
enum { has_room = -1 };

static void on_event(uv_poll_t *poll, int status, int events);

static void watch(struct connection *connection) {
  const int writable = connection->awaited || connection->rest ? UV_WRITABLE : 0;
  wait_for(&connection->watched, UV_READABLE | writable, on_event);
}

static ssize_t send_pieces(struct connection *connection, struct iovec *pieces, size_t count) {
  const struct msghdr message = {.msg_iov = pieces, .msg_iovlen = count};
  ssize_t taken;
  do taken = sendmsg(connection->watched.fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  while (taken < 0 && errno == EINTR);
  return taken < 0 && errno == EAGAIN ? 0 : taken;
}

static void drop_rest(struct connection *connection) {
  free(connection->rest);
  connection->rest = NULL;
}

static void on_room(struct connection *connection) {
  if (connection->rest) {
    struct iovec piece = {connection->rest + connection->rest_from, connection->rest_length - connection->rest_from};
    const ssize_t taken = send_pieces(connection, &piece, 1);
    connection->rest_from += taken > 0 ? taken : 0;
    /* Of one that is gone the end is about to be told. */
    if (taken < 0 || connection->rest_from == connection->rest_length) drop_rest(connection);
  }
  const bool told = connection->awaited && !connection->rest;
  const int32_t room = has_room;
  if (told) connection->awaited = false;
  watch(connection);
  if (told) tell_watched(&connection->watched, 1, &room);
}

/* Tells of `length` bytes in the target, which begin with those that are held. */
static void tell_read(struct connection *connection, int32_t length) {
  struct terminal *terminal = connection->terminal;
  if (terminal) terminal->ahead = connection->typed;
  connection->held_bytes = connection->typed = 0;
  tell_watched(&connection->watched, 1, &length);
  if (terminal) terminal->ahead = 0;
}

void settle_keys(struct connection *connection) {
  char saved[sizeof connection->held];
  char *target = connection->watched.target;
  /* An answer to what was shown must not be taken for the keys that are in the terminal already. */
  if (connection->held_bytes > 0 && connection->terminal) settle_output(connection->terminal);
  const size_t length = connection->held_bytes;
  if (length == 0) return;
  /* Another viewer's message may be there, of which JavaScript has not done with. */
  memcpy(saved, target, length);
  memcpy(target, connection->held, length);
  tell_read(connection, length);
  memcpy(target, saved, length);
}

/* `fresh` lies in the target, behind room for what is held. */
static void take_read(struct connection *connection, const char *fresh, size_t length) {
  struct watched *watched = &connection->watched;
  if (take_at_once(connection, (const uint8_t *)fresh, length)) return;
  /* It may answer what it was shown: that comes first, and whatever is done there may use the target. */
  char *later = malloc(length);
  if (!later) return close_watched(watched);
  memcpy(later, fresh, length);
  if (connection->terminal) settle_output(connection->terminal);
  memcpy(watched->target, connection->held, connection->held_bytes);
  memcpy(watched->target + connection->held_bytes, later, length);
  free(later);
  tell_read(connection, connection->held_bytes + length);
}

static void on_event(uv_poll_t *poll, int status, int events) {
  struct connection *connection = uv_handle_get_data((uv_handle_t *)poll);
  struct watched *watched = &connection->watched;
  /* libuv has stopped watching it then; what came before the error is still there to be read. */
  if (status < 0) watched->events = 0;
  if (events & UV_WRITABLE) on_room(connection);
  if (watched->closed || (status == 0 && !(events & UV_READABLE))) return;
  /* What is held goes before what comes. */
  char *fresh = watched->target + connection->held_bytes;
  ssize_t got;
  do got = read(watched->fd, fresh, target_bytes - connection->held_bytes);
  while (got < 0 && errno == EINTR);
  if (got < 0 && errno == EAGAIN && status == 0) return;
  if (got > 0) {
    take_read(connection, fresh, got);
    if (status < 0) watch(connection);
  } else {
    /* The end is told once. */
    const int32_t end = 0;
    wait_for(watched, 0, on_event);
    if (connection->terminal) settle(connection->terminal);
    tell_watched(watched, 1, &end);
  }
}

static void on_close(struct watched *watched) {
  struct connection *connection = (struct connection *)watched;
  if (connection->terminal) part(connection->terminal);
  drop_rest(connection);
}

struct connection *open_connection(struct addon *addon, int fd, napi_value target, napi_value on_data) {
  const int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (own < 0) return NULL;
  struct connection *connection = open_watched(addon, sizeof *connection, own, target, on_data);
  if (connection) {
    connection->watched.on_close = on_close;
    watch(connection);
    return connection;
  }
  const int error = errno;
  close(own);
  errno = error;
  return NULL;
}

ssize_t send_on(struct connection *connection, const void *head, size_t head_length, const void *body, size_t length) {
  struct iovec pieces[] = {{(void *)head, head_length}, {(void *)body, length}};
  if (connection->watched.closed) return -1;
  return connection->rest ? 0 : send_pieces(connection, pieces, length > 0 ? 2 : 1);
}

bool send_whole(struct connection *connection, const void *head, size_t head_length, const void *body, size_t length) {
  const size_t whole = head_length + length;
  const ssize_t taken = send_on(connection, head, head_length, body, length);
  if (taken <= 0) return false;
  if ((size_t)taken == whole) return true;
  connection->rest_from = taken;
  connection->rest_length = whole;
  connection->rest = malloc(whole);
  if (!connection->rest) {
    /* Half a frame is no frame: the viewer comes back and asks for what is missing. */
    shutdown(connection->watched.fd, SHUT_RDWR);
    return true;
  }
  memcpy(connection->rest, head, head_length);
  memcpy(connection->rest + head_length, body, length);
  watch(connection);
  return true;
}

void await_room(struct connection *connection) {
  connection->awaited = true;
  if (connection->watched.events) watch(connection);
}

void end_sending(struct connection *connection) {
  if (!connection->watched.closed) shutdown(connection->watched.fd, SHUT_WR);
}
