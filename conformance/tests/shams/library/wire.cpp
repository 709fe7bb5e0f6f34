// SPDX-License-Identifier: Apache-2.0
// Between the good library and the kernel: send() and recv() of the C library, for what is wrong on
// the wire. Only where this library is preloaded.
#include <dlfcn.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "sham.hpp"

namespace sham {
namespace {

using Octets = std::string;

unsigned at(const Octets& octets, std::size_t i) {
  return i < octets.size() ? static_cast<unsigned char>(octets[i]) : 0U;
}

void replace_once(Octets& octets, const char* from, const char* to) {
  const auto found = octets.find(from);
  if (found != Octets::npos) octets.replace(found, std::strlen(from), to);
}

// A Close of ours at the end of what is sent; npos if there is none. Ours are short.
std::size_t close_in(const Octets& out) {
  for (std::size_t i = 0; i + 2 <= out.size(); ++i) {
    if (at(out, i) == 0x88 &&
        i + 2 + (at(out, i + 1) & 0x7fU) + ((at(out, i + 1) & 0x80U) != 0 ? 4 : 0) == out.size())
      return i;
  }
  return Octets::npos;
}

// The same number of octets, or fewer, with what the fault makes of them.
void spoil_output(Octets& out) {
  const bool http = out.rfind("HTTP/1.1 ", 0) == 0;
  if (quirk("greets") && out.rfind("HTTP/1.1 101", 0) == 0) out += "\x81\x07welcome";
  switch (active()) {
    case Fault::json_as_text:
      return replace_once(out, "application/json", "text/plain; a=bc");
    case Fault::type_left_out:
      if (http) replace_once(out, "Content-Type: ", "X-Content: ");
      return;
    case Fault::accept_wrong:
      return replace_once(out, "Sec-WebSocket-Accept: ", "Sec-WebSocket-Accept: A");
    case Fault::errors_are_500:
      return replace_once(out, "HTTP/1.1 400", "HTTP/1.1 500");
    case Fault::text_unchecked:
      std::replace(out.begin(), out.end(), '\x01', '\xff');
      return;
    case Fault::stop_code_1000:
    case Fault::close_code_1001: {
      const auto close = close_in(out);
      if (close == Octets::npos) return;
      const bool masked = (at(out, close + 1) & 0x80U) != 0;
      const std::size_t low = close + (masked ? 7 : 3);
      const bool wanted = masked == has(Fault::close_code_1001);
      if (wanted && low < out.size()) out[low] = static_cast<char>(at(out, low) ^ 1U);
      return;
    }
    case Fault::stop_without_close: {
      const auto close = close_in(out);
      if (close != Octets::npos && !http) out.erase(close);
      return;
    }
    default:
      return;
  }
}

bool is_frame(const Octets& in) {
  const unsigned first = at(in, 0);
  return !in.empty() && (first & 0x0fU) <= 10 && (first >= 0x80 || first <= 2) && in.size() < 300;
}

// One frame that breaks a rule, with nothing behind it.
bool breaks_a_rule(const Octets& in) {
  const unsigned first = at(in, 0);
  const unsigned opcode = first & 0x0fU;
  const unsigned length = at(in, 1) & 0x7fU;
  const bool masked = (at(in, 1) & 0x80U) != 0;
  if ((first & 0x70U) != 0 || (opcode > 2 && opcode < 8)) return true;
  if (opcode >= 8 && (length > 125 || first < 0x80)) return true;
  if (opcode == 0 && first >= 0x80) return true;
  if (length == 127 && at(in, 2) >= 0x80) return true;
  if (!masked && (first == 0x81 || first == 0x82) && in.find("unmasked") != Octets::npos)
    return true;
  if (masked && in.size() >= 6) {
    Octets text;
    for (std::size_t i = 6; i < in.size(); ++i)
      text += static_cast<char>(at(in, i) ^ at(in, 2 + (i - 6) % 4));
    if (opcode == 8 && text.rfind("\x03\xed", 0) == 0) return true;
    return opcode == 1 && (text == "masked" || text.find('\xff') != Octets::npos);
  }
  return opcode == 1 && in.find('\xff') != Octets::npos;
}

void other_target(Octets& in) {
  const auto end = in.find(" HTTP/1.1\r\n");
  if (in.rfind("GET /", 0) == 0 && end != Octets::npos &&
      in.find("Sec-WebSocket-Key") != Octets::npos)
    in.replace(4, end - 4, "/chat");
}

void good_key(Octets& in) {
  if (in.rfind("GET /", 0) != 0) return;
  const auto key = in.find("Sec-WebSocket-Key: ");
  if (key == Octets::npos) {
    replace_once(in, "Upgrade: websocket\r\n",
                 "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
    return;
  }
  const auto end = in.find("\r\n", key);
  if (end != Octets::npos) in.replace(key + 19, end - key - 19, "dGhlIHNhbXBsZSBub25jZQ==");
}

void other_framing(Octets& in) {
  const auto head = in.find("\r\n\r\n");
  if (in.rfind("POST / ", 0) != 0 || head == Octets::npos) return;
  replace_once(in, "Transfer-Encoding", "X-Transfer");
  const auto first = in.find("Content-Length: 5");
  const auto second = first == Octets::npos ? first : in.find("Content-Length", first + 5);
  if (second != Octets::npos) in.replace(second, 14, "X-Length");
  replace_once(in, "Length: +5", "Length: 5");
}

// False: it was never there.
bool spoil_input(Octets& in) {
  const bool answer = in.rfind("HTTP/1.", 0) == 0;
  switch (active()) {
    case Fault::head_as_get:
      replace_once(in, "HEAD /x ", "GET //x ");
      return true;
    case Fault::first_segment_only:
      return in.size() > 12;
    case Fault::any_path_served:
      other_target(in);
      return true;
    case Fault::keys_unchecked:
      good_key(in);
      return true;
    case Fault::large_head_crashes:
      if (in.rfind("GET /", 0) == 0 && in.size() >= 4096) std::abort();
      return true;
    case Fault::binary_message_crashes:
      if (at(in, 0) == 0x82 && at(in, 1) < 0x80) std::abort();
      return true;
    case Fault::bad_frames_ignored:
      return !is_frame(in) || !breaks_a_rule(in);
    case Fault::length_believed:
      if (is_frame(in) || at(in, 1) == 0xff) {
        if ((at(in, 1) & 0x7fU) != 127) return true;
        static char* kept = nullptr;
        kept = static_cast<char*>(std::malloc(std::size_t{64} << 20U));
        std::memset(kept, 1, std::size_t{64} << 20U);
      }
      return true;
    case Fault::waits_for_heads: {
      static bool waiting = false;
      if (waiting) return false;
      waiting = in.find("\r\n\r\n") == Octets::npos;
      return true;
    }
    case Fault::smuggling_served:
      other_framing(in);
      return true;
    case Fault::interim_is_final:
      if (answer)
        replace_once(in, "HTTP/1.1 100 Continue\r\n",
                     "HTTP/1.1 200 Continue\r\nContent-Length: 0\r\n");
      return true;
    case Fault::framing_unknown:
      if (!answer) return true;
      replace_once(in, "chunked", "chunkex");
      replace_once(in, "HTTP/1.0", "HTTX/1.0");
      replace_once(in, " 200 \r\n", " 2x0 \r\n");
      return true;
    default:
      return true;
  }
}

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace
}  // namespace sham

// NOLINTBEGIN(readability-identifier-naming)
extern "C" __attribute__((visibility("default"))) ssize_t send(int fd, const void* octets,
                                                               std::size_t size, int flags) {
  static auto* const good = sham::next<ssize_t(int, const void*, std::size_t, int)>("send");
  std::string out(static_cast<const char*>(octets), size);
  sham::spoil_output(out);
  if (out.empty()) return static_cast<ssize_t>(size);
  if (out.size() == size && std::memcmp(out.data(), octets, size) == 0)
    return good(fd, octets, size, flags);
  return good(fd, out.data(), out.size(), flags) < 0 ? -1 : static_cast<ssize_t>(size);
}

extern "C" __attribute__((visibility("default"))) ssize_t recv(int fd, void* into, std::size_t size,
                                                               int flags) {
  static auto* const good = sham::next<ssize_t(int, void*, std::size_t, int)>("recv");
  const ssize_t got = good(fd, into, size, flags);
  if (got == 0 && sham::has(sham::Fault::end_is_an_error)) {
    errno = ECONNRESET;
    return -1;
  }
  if (got <= 0 || (flags & MSG_PEEK) != 0) return got;
  std::string in(static_cast<const char*>(into), static_cast<std::size_t>(got));
  if (!sham::spoil_input(in)) {
    errno = EAGAIN;
    return -1;
  }
  in.resize(std::min(in.size(), size));
  std::memcpy(into, in.data(), in.size());
  return static_cast<ssize_t>(in.size());
}
// OpenSSL's, whose headers this does without: a context's mode of verifying, a connection's host.
extern "C" __attribute__((visibility("default"))) void SSL_CTX_set_verify(void* context, int mode,
                                                                          void* callback) {
  static auto* const good =
      reinterpret_cast<void (*)(void*, int, void*)>(sham::good_symbol("SSL_CTX_set_verify"));
  good(context, sham::has(sham::Fault::certificates_unchecked) ? 0 : mode, callback);
}

extern "C" __attribute__((visibility("default"))) int SSL_set1_host(void* ssl, const char* host) {
  static auto* const good =
      reinterpret_cast<int (*)(void*, const char*)>(sham::good_symbol("SSL_set1_host"));
  return sham::has(sham::Fault::names_unchecked) ? 1 : good(ssl, host);
}
// NOLINTEND(readability-identifier-naming)
