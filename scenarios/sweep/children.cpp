#include "scenarios/sweep/children.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace redcell::scenarios {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int poll_ms = 50;

/// One child that runs.
struct Running {
  std::size_t index = 0;
  pid_t pid = -1;
  int pidfd = -1;
  Clock::time_point begin;
  double time_limit_s = 0.0;
  double memory_limit_mb = 0.0;
  double seen_mb = 0.0;  ///< The most that it was seen to have.
  std::optional<ChildEnd::Kind> killed;
};

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double resident_mb(pid_t pid) {
  std::ifstream statm("/proc/" + std::to_string(pid) + "/statm");
  double all = 0.0;
  double resident = 0.0;
  statm >> all >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1024.0 * 1024.0);
}

/// In the child: only calls that are safe after fork().
[[noreturn]] void become(const Child& child, const std::vector<char*>& words, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);  // The parent died before it could be asked for.
  const int in = open("/dev/null", O_RDONLY);
  const int log = open(child.log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (log < 0 || chdir(child.folder.c_str()) != 0) _exit(127);
  dup2(in, STDIN_FILENO);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  execv(words.front(), words.data());
  constexpr char words_lost[] = "redcell: cannot start the program\n";
  std::ignore = write(STDERR_FILENO, words_lost, sizeof words_lost - 1);
  _exit(127);
}

Running start_child(std::size_t index, const Child& child) {
  std::vector<std::string> texts = child.words;
  std::vector<char*> words;
  for (std::string& text : texts) words.push_back(text.data());
  words.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) become(child, words, parent);
  const int error = errno;
  const int pidfd = pid < 0 ? -1 : static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (pid < 0) {
    throw std::runtime_error(std::string("cannot start a process: ") + std::strerror(error));
  }
  return {.index = index,
          .pid = pid,
          .pidfd = pidfd,
          .begin = Clock::now(),
          .time_limit_s = child.time_limit_s,
          .memory_limit_mb = child.memory_limit_mb,
          .seen_mb = 0.0,
          .killed = std::nullopt};
}

void keep_limits(Running& child) {
  if (child.killed) return;
  child.seen_mb = std::max(child.seen_mb, resident_mb(child.pid));
  if (seconds_since(child.begin) > child.time_limit_s) {
    child.killed = ChildEnd::Kind::out_of_time;
  } else if (child.seen_mb > child.memory_limit_mb) {
    child.killed = ChildEnd::Kind::out_of_memory;
  }
  if (child.killed) kill(child.pid, SIGKILL);
}

/// What became of it; nullopt while it runs.
std::optional<ChildEnd> end_of(const Running& child) {
  int status = 0;
  rusage usage{};
  const pid_t ended = wait4(child.pid, &status, WNOHANG, &usage);
  if (ended < 0 && errno == ECHILD) {
    return ChildEnd{.kind = ChildEnd::Kind::unknown, .wall_s = seconds_since(child.begin)};
  }
  if (ended != child.pid) return std::nullopt;
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  ChildEnd end;
  end.wall_s = seconds_since(child.begin);
  end.cpu_s = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  // The kernel counts pages in bundles: its peak may lie below what was seen.
  end.peak_memory_mb = std::max(static_cast<double>(usage.ru_maxrss) / 1024, child.seen_mb);
  if (WIFSIGNALED(status)) {
    end.kind = child.killed.value_or(ChildEnd::Kind::crashed);
    end.code = WTERMSIG(status);
  } else {
    end.code = WEXITSTATUS(status);
  }
  return end;
}

/// Sleeps until a child ends, or for a moment.
void wait_for_any(const std::vector<Running>& running) {
  std::vector<pollfd> polled;
  for (const Running& child : running) {
    polled.push_back({.fd = child.pidfd, .events = POLLIN, .revents = 0});
  }
  poll(polled.data(), polled.size(), poll_ms);
}

/// Whatever happens, no child is left behind.
class Crew {
 public:
  Crew() = default;
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  ~Crew() {
    for (const Running& child : running_) {
      kill(child.pid, SIGKILL);
      waitpid(child.pid, nullptr, 0);
      close(child.pidfd);
    }
  }

  void add(Running child) { running_.push_back(child); }
  [[nodiscard]] std::size_t size() const { return running_.size(); }

  void collect(const ChildrenHooks& hooks) {
    wait_for_any(running_);
    for (std::size_t i = 0; i < running_.size();) {
      keep_limits(running_[i]);
      const std::optional<ChildEnd> end = end_of(running_[i]);
      if (!end) {
        ++i;
        continue;
      }
      const std::size_t index = running_[i].index;
      close(running_[i].pidfd);
      running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
      hooks.ended(index, *end);
    }
  }

 private:
  std::vector<Running> running_;
};

}  // namespace

void run_children(std::size_t count, std::size_t jobs, const ChildrenHooks& hooks) {
  signal(SIGCHLD, SIG_DFL);  // Whoever ignores it leaves that to the programs it starts.
  Crew crew;
  std::size_t next = 0;
  while (next < count || crew.size() > 0) {
    while (next < count && crew.size() < jobs) {
      const std::size_t index = next++;
      const std::optional<Child> child = hooks.start(index);
      if (child) crew.add(start_child(index, *child));
    }
    if (crew.size() > 0) crew.collect(hooks);
    if (hooks.tick) hooks.tick();
  }
}

}  // namespace redcell::scenarios
