/*
 * Tells batches that are text and colours from those that need a closer look: most of a build's log needs none, and
 * looking at it in JavaScript would cost as much as reading it.
 */
#include "terminal.h"
#include <string.h>

enum { esc = 0x1b };

/* VT, FF, SO and SI move the cursor or change characters. Compilers make this loop one over 16 bytes at a time. */
static bool has_drawing_control(const unsigned char *bytes, size_t length) {
  unsigned char found = 0;
  for (size_t i = 0; i < length; i++) {
    const unsigned char byte = bytes[i];
    found |= (byte == 0x0b) | (byte == 0x0c) | (byte == 0x0e) | (byte == 0x0f);
  }
  return found;
}

/* Behind `ESC [ … m` or `ESC [ … K` with digits and semicolons between, or NULL. */
static const char *behind_colour(const char *at, const char *end) {
  if (end - at < 3 || at[1] != '[') return NULL;
  for (at += 2; at < end; at++) {
    if (*at == 'm' || *at == 'K') return at + 1;
    if ((*at < '0' || *at > '9') && *at != ';') return NULL;
  }
  return NULL;
}

bool is_plain(const char *bytes, size_t length) {
  const char *at = bytes, *end = bytes + length;
  if (has_drawing_control((const unsigned char *)bytes, length)) return false;
  while (at < end && (at = memchr(at, esc, end - at))) {
    at = behind_colour(at, end);
    if (!at) return false;
  }
  return true;
}
