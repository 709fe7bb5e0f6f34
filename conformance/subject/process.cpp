// SPDX-License-Identifier: Apache-2.0
#include "subject/process.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>

#include "subject/call_watch.hpp"

namespace conform {

// A sanitizer cannot follow a child that runs in the memory of its parent.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
static constexpr bool kSanitized = true;
#elif defined(__has_feature)
static constexpr bool kSanitized = __has_feature(address_sanitizer) ||
                                   __has_feature(memory_sanitizer) ||
                                   __has_feature(thread_sanitizer);
#else
static constexpr bool kSanitized = false;
#endif

// What the child needs between its birth and exec.
struct Birth {
  char* const* argv;
  int log, talk, error_pipe;
  const CallWatch* watch;
  sigset_t mask;  // of signals, before the birth
};

// In the child: only calls that are safe there.
[[noreturn]] static void become(const Birth& birth) {
  ::setpgid(0, 0);
  // A judge that is killed must not leave the runtime behind.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int null = ::open("/dev/null", O_RDONLY);
  ::dup2(birth.talk >= 0 ? birth.talk : null, 0);
  ::dup2(birth.talk >= 0 ? birth.talk : birth.log, 1);
  ::dup2(birth.log, 2);
  for (const int signal : {SIGPIPE, SIGINT, SIGTERM}) ::signal(signal, SIG_DFL);
  ::sigprocmask(SIG_SETMASK, &birth.mask, nullptr);
  if (birth.watch != nullptr) birth.watch->enter();
  ::execvp(birth.argv[0], birth.argv);
  const int error = errno;
  [[maybe_unused]] const auto n = ::write(birth.error_pipe, &error, sizeof(error));
  ::_exit(127);
}

// A copy of all our memory takes longer than many a case: the child borrows it until exec, as that
// of posix_spawn does, on a stack of its own. No handler of ours may run there.
static pid_t give_birth(Birth& birth) {
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &birth.mask);
  pid_t pid = -1;
  if (kSanitized || birth.watch != nullptr) {
    pid = ::fork();
    if (pid == 0) become(birth);
  } else {
    constexpr std::size_t kStack = std::size_t{256} << 10U;
    const std::unique_ptr<char[]> stack(new char[kStack]);
    const auto enter = [](void* at) -> int { become(*static_cast<Birth*>(at)); };
    pid = ::clone(enter, stack.get() + kStack, CLONE_VM | CLONE_VFORK | SIGCHLD, &birth);
  }
  ::pthread_sigmask(SIG_SETMASK, &birth.mask, nullptr);
  return pid;
}

std::string Process::start(const std::vector<std::string>& command, const std::string& log_file,
                           int talk, CallWatch* watch) {
  log_file_ = log_file;
  ending_ = {};
  peak_ = 0;
  const int log = ::open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (log < 0) return "cannot write " + log_file + ": " + std::strerror(errno);
  log_begin_ = static_cast<std::size_t>(std::max<off_t>(0, ::lseek(log, 0, SEEK_END)));
  std::vector<std::string> copy = command;
  std::vector<char*> argv;
  argv.reserve(copy.size() + 1);
  for (std::string& part : copy) argv.push_back(part.data());
  argv.push_back(nullptr);
  if (std::string why = watch != nullptr ? watch->prepare() : ""; !why.empty()) {
    ::close(log);
    return why;
  }
  int pipe[2] = {-1, -1};
  if (::pipe2(pipe, O_CLOEXEC) != 0) return std::strerror(errno);
  Birth birth{argv.data(), log, talk, pipe[1], watch, {}};
  pid_ = give_birth(birth);
  const int trouble = errno;
  ::close(log);
  ::close(pipe[1]);
  if (pid_ < 0) {
    ::close(pipe[0]);
    return "cannot start '" + command.front() + "': " + std::strerror(trouble);
  }
  int error = 0;
  const bool failed = ::read(pipe[0], &error, sizeof(error)) == static_cast<ssize_t>(sizeof(error));
  ::close(pipe[0]);
  if (!failed) {
    end_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    return {};
  }
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
  return "cannot start '" + command.front() + "': " + std::strerror(error);
}

std::string Ending::text() const {
  if (kind == Kind::none) return {};
  if (kind == Kind::exit) return "exit code " + std::to_string(number);
  return "signal " + std::to_string(number) + " (" + strsignal(number) + ")";
}

void Process::note_end(int status) {
  const bool signal = WIFSIGNALED(status);
  ending_ = {signal ? Ending::Kind::signal : Ending::Kind::exit,
             signal ? WTERMSIG(status) : WEXITSTATUS(status)};
  pid_ = -1;
  // A child that is just being born may hold the descriptor too: closing alone would not do.
  if (loop_ != nullptr) loop_->forget(end_, &waker_);
  if (end_ >= 0) ::close(end_);
  loop_ = nullptr;
  end_ = -1;
}

void Process::wake(Loop& loop, std::function<void()> ended) {
  if (end_ < 0) return;
  waker_.ended = std::move(ended);
  loop_ = &loop;
  loop.watch(end_, EPOLLIN | EPOLLET, &waker_);
}

// Until it has ended, or for so long.
bool Process::wait_for_end(int ms) {
  pollfd end{end_, POLLIN, 0};
  if (end_ >= 0) return ::poll(&end, 1, ms), !running();
  for (; ms > 0 && running(); ms -= 10) ::poll(nullptr, 0, 10);  // an older kernel
  return pid_ < 0;
}

bool Process::running() {
  if (pid_ < 0) return false;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return true;
  const pid_t group = pid_;
  note_end(status);
  ::kill(-group, SIGKILL);
  return false;
}

void Process::stop() {
  if (!running()) return;
  const pid_t group = pid_;
  ::kill(-group, SIGTERM);
  if (wait_for_end(500)) return;
  ::kill(-group, SIGKILL);
  int status = 0;
  ::waitpid(group, &status, 0);
  note_end(status);
}

void Process::kill() {
  if (!running()) return;
  const pid_t group = pid_;
  ::kill(-group, SIGKILL);
  int status = 0;
  ::waitpid(group, &status, 0);
  note_end(status);
}

std::string Process::log_tail(std::size_t octets) const {
  std::ifstream in(log_file_, std::ios::binary | std::ios::ate);
  if (!in) return {};
  const auto size = static_cast<std::size_t>(in.tellg());
  const std::size_t start = std::max(log_begin_, size > octets ? size - octets : 0);
  in.seekg(static_cast<std::streamoff>(start));
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// "VmHWM:   1234 kB" of /proc/PID/status.
static std::uint64_t peak_of(const std::string& root) {
  std::ifstream status(root + "/status");
  std::string word;
  while (status >> word) {
    std::uint64_t kib = 0;
    if (word == "VmHWM:" && status >> kib) return kib << 10U;
  }
  return 0;
}

static std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> out;
  DIR* dir = ::opendir(folder.c_str());
  if (dir == nullptr) return out;
  while (const dirent* entry = ::readdir(dir)) {
    if (entry->d_name[0] != '.') out.emplace_back(entry->d_name);
  }
  ::closedir(dir);
  return out;
}

template <class Visit>
static void each_process(pid_t pid, const Visit& visit) {
  visit(pid);
  // Any of its threads may have started one.
  const std::string tasks = "/proc/" + std::to_string(pid) + "/task";
  for (const std::string& task : names_in(tasks)) {
    std::ifstream children(std::string(tasks).append("/").append(task).append("/children"));
    pid_t child = 0;
    while (children >> child) each_process(child, visit);
  }
}

void Process::reset_peak() {
  peak_ = 0;
  if (pid_ <= 0) return;
  each_process(pid_, [](pid_t pid) {
    std::ofstream clear("/proc/" + std::to_string(pid) + "/clear_refs");
    clear << "5";
  });
}

void Process::starve_descriptors(bool on) const {
  rlimit limit{};
  if (pid_ <= 0 || ::prlimit(pid_, RLIMIT_NOFILE, nullptr, &limit) != 0) return;
  // Below the lowest free number nothing can be opened; what is open stays.
  limit.rlim_cur = on ? 3 : limit.rlim_max;
  ::prlimit(pid_, RLIMIT_NOFILE, &limit, nullptr);
}

// One process of the tree: a runtime may be a script that starts the real one.
static void add_usage(pid_t pid, Usage& out) {
  const std::string root = "/proc/" + std::to_string(pid);
  std::ifstream stat(root + "/stat");
  std::string line;
  if (!std::getline(stat, line)) return;
  std::stringstream fields(line.substr(line.rfind(')') + 2));
  std::string skipped;
  for (int i = 3; i < 14; ++i) fields >> skipped;
  std::uint64_t user = 0;
  std::uint64_t system = 0;
  fields >> user >> system;
  out.cpu_ticks += user + system;
  std::ifstream statm(root + "/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  statm >> total >> resident;
  out.resident += resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  out.descriptors += static_cast<int>(names_in(root + "/fd").size());
  out.threads += static_cast<int>(names_in(root + "/task").size());
  out.peak += peak_of(root);
}

static void add_pulse(const std::string& task, Pulse& out) {
  std::ifstream schedule(task + "/schedstat");
  std::uint64_t ran = 0;
  std::uint64_t waited = 0;
  schedule >> ran >> waited;
  out.wanted_ns += ran + waited;
  // A wait for the processor is counted when it is over; until then the state tells it.
  std::ifstream stat(task + "/stat");
  std::string line;
  if (!std::getline(stat, line)) return;
  const auto state = line.rfind(')') + 2;
  out.wants = out.wants || (state < line.size() && (line[state] == 'R' || line[state] == 'D'));
}

Pulse Process::pulse() const {
  Pulse out;
  if (pid_ <= 0) return out;
  each_process(pid_, [&](pid_t pid) {
    const std::string tasks = "/proc/" + std::to_string(pid) + "/task/";
    for (const std::string& task : names_in(tasks)) add_pulse(tasks + task, out);
  });
  return out;
}

Usage Process::usage() const {
  Usage out;
  if (pid_ > 0) each_process(pid_, [&](pid_t pid) { add_usage(pid, out); });
  // One that has just ended, and was not waited for, has no memory either.
  out.peak = std::max(out.peak, peak_);
  out.known = out.peak != 0;
  return out;
}

void Process::sample() {
  if (pid_ > 0) peak_ = std::max(peak_, usage().peak);
}

}  // namespace conform
