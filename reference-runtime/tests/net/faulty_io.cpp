// SPDX-License-Identifier: Apache-2.0
#include "faulty_io.hpp"

#include <atomic>
#include <cerrno>

#include "net/io.hpp"

namespace osprey::test {
namespace {

using net::IoCalls;

std::atomic<std::size_t> calls{0};
std::atomic<std::size_t> failing_call{0};
std::atomic<int> failing_errno{0};
std::atomic<Calls> counted_calls{Calls::all};

bool is_to_fail(Calls kind = Calls::all) {
  const Calls counted = counted_calls;
  if ((counted != Calls::all && counted != kind) || calls.fetch_add(1) + 1 != failing_call) {
    return false;
  }
  errno = failing_errno;
  return true;
}

template <auto kMember>
constexpr Calls kKindOf = Calls::all;
template <>
constexpr Calls kKindOf<&IoCalls::accept> = Calls::accept;
template <>
constexpr Calls kKindOf<&IoCalls::send> = Calls::send;

template <auto kMember>
struct Faulty;

template <class R, class... Args, R (*IoCalls::*kMember)(Args...)>
struct Faulty<kMember> {
  static R call(Args... args) {
    return is_to_fail(kKindOf<kMember>) ? static_cast<R>(-1) : (net::kKernel.*kMember)(args...);
  }
};

// A descriptor is gone whatever close says.
int close_and_fail(int fd) {
  const int result = net::kKernel.close(fd);
  return is_to_fail() ? -1 : result;
}

const IoCalls kFaulty = {
    .create_socket = Faulty<&IoCalls::create_socket>::call,
    .create_pair = Faulty<&IoCalls::create_pair>::call,
    .bind = Faulty<&IoCalls::bind>::call,
    .listen = Faulty<&IoCalls::listen>::call,
    .accept = Faulty<&IoCalls::accept>::call,
    .connect = Faulty<&IoCalls::connect>::call,
    .set_option = Faulty<&IoCalls::set_option>::call,
    .get_option = Faulty<&IoCalls::get_option>::call,
    .local_address = Faulty<&IoCalls::local_address>::call,
    .peer_address = Faulty<&IoCalls::peer_address>::call,
    .receive = Faulty<&IoCalls::receive>::call,
    .send = Faulty<&IoCalls::send>::call,
    .read = Faulty<&IoCalls::read>::call,
    .shutdown = Faulty<&IoCalls::shutdown>::call,
    .close = close_and_fail,
    .poll = Faulty<&IoCalls::poll>::call,
    .create_epoll = Faulty<&IoCalls::create_epoll>::call,
    .control_epoll = Faulty<&IoCalls::control_epoll>::call,
    .wait_epoll = Faulty<&IoCalls::wait_epoll>::call,
    .create_event = Faulty<&IoCalls::create_event>::call,
    .read_event = Faulty<&IoCalls::read_event>::call,
    .write_event = Faulty<&IoCalls::write_event>::call,
    .create_timer = Faulty<&IoCalls::create_timer>::call,
    .set_timer = Faulty<&IoCalls::set_timer>::call,
};

}  // namespace

FailNthCall::FailNthCall(std::size_t n, int error, Calls counted) {
  calls = 0;
  failing_call = n;
  failing_errno = error;
  counted_calls = counted;
  net::active_io = &kFaulty;
}

FailNthCall::~FailNthCall() {
  net::active_io = &net::kKernel;
}

bool FailNthCall::reached() {
  return calls >= failing_call;
}

}  // namespace osprey::test
