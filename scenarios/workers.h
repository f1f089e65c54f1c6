// A few threads that share a loop: started once, idle between loops.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace redcell::scenarios {

/// Runs body(i) for i in [0, count) on `threads` threads, the caller's among them. Which thread
/// takes which i is fixed (i modulo threads), and bodies must not depend on one another, so the
/// result never depends on it.
class Workers {
 public:
  explicit Workers(int threads);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  void run(std::size_t count, const std::function<void(std::size_t)>& body);
  [[nodiscard]] std::size_t thread_count() const { return threads_.size() + 1; }

 private:
  void work(std::size_t worker);
  void share(std::size_t worker) const;

  std::mutex mutex_;
  std::condition_variable begin_;
  std::condition_variable done_;
  std::uint64_t round_ = 0;
  std::size_t busy_ = 0;
  bool ends_ = false;
  std::size_t count_ = 0;
  const std::function<void(std::size_t)>* body_ = nullptr;
  std::vector<std::thread> threads_;
};

}  // namespace redcell::scenarios
