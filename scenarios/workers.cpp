#include "scenarios/workers.h"

#include "base/check.h"

namespace redcell::scenarios {

Workers::Workers(int threads) {
  RC_CHECK(threads >= 1);
  for (int worker = 1; worker < threads; ++worker) {
    threads_.emplace_back([this, worker] { work(static_cast<std::size_t>(worker)); });
  }
}

Workers::~Workers() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  begin_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Workers::share(std::size_t worker) const {
  for (std::size_t i = worker; i < count_; i += threads_.size() + 1) (*body_)(i);
}

void Workers::run(std::size_t count, const std::function<void(std::size_t)>& body) {
  {
    const std::lock_guard lock(mutex_);
    count_ = count;
    body_ = &body;
    busy_ = threads_.size();
    ++round_;
  }
  begin_.notify_all();
  share(0);
  std::unique_lock lock(mutex_);
  done_.wait(lock, [this] { return busy_ == 0; });
}

void Workers::work(std::size_t worker) {
  std::uint64_t seen = 0;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      begin_.wait(lock, [&] { return ends_ || round_ != seen; });
      if (ends_) return;
      seen = round_;
    }
    share(worker);
    const std::lock_guard lock(mutex_);
    if (--busy_ == 0) done_.notify_one();
  }
}

}  // namespace redcell::scenarios
