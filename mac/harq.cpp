#include "mac/harq.h"

#include "base/check.h"

namespace redcell::mac {

HarqEntity::HarqEntity(const HarqConfig& config) : config_(config) {
  RC_CHECK(config.process_count >= 1 && config.process_count <= harq_process_count_max);
  RC_CHECK(config.max_transmissions >= 1);
  RC_CHECK(config.configured_count >= 0 && config.configured_count < config.process_count);
  idle_ = (1U << config.process_count) - 1;
}

HarqEntity::Process& HarqEntity::at(int process) {
  RC_CHECK(process >= 0 && process < config_.process_count);
  return processes_[static_cast<std::size_t>(process)];
}

const HarqEntity::Process& HarqEntity::at(int process) const {
  RC_CHECK(process >= 0 && process < config_.process_count);
  return processes_[static_cast<std::size_t>(process)];
}

std::optional<int> HarqEntity::process_to_repeat() const {
  if (to_repeat_count_ == 0) return std::nullopt;
  std::optional<int> oldest;
  for (int process = 0; process < config_.process_count; ++process) {
    if (at(process).state != State::to_repeat) continue;
    if (!oldest || at(process).order < at(*oldest).order) oldest = process;
  }
  return oldest;
}

HarqId HarqEntity::start(int process, const BlockFormat& format) {
  Process& p = at(process);
  RC_CHECK(p.state == State::idle);
  p = {.state = State::in_flight,
       .attempt = 0,
       .block = p.block + 1,
       .order = next_order_++,
       .format = format};
  idle_ &= ~bit(process);
  return {.process = process, .attempt = 0, .block = p.block};
}

void HarqEntity::start_configured(const HarqId& harq, const BlockFormat& format) {
  RC_CHECK(harq.process < config_.configured_count);
  Process& p = at(harq.process);
  idle_ &= ~bit(harq.process);
  if (p.state == State::to_repeat) --to_repeat_count_;
  p = {.state = State::in_flight,
       .attempt = 0,
       .block = harq.block,
       .order = next_order_++,
       .format = format};
}

HarqId HarqEntity::repeat(int process) {
  Process& p = at(process);
  RC_CHECK(p.state == State::to_repeat);
  p.state = State::in_flight;
  --to_repeat_count_;
  return {.process = process, .attempt = ++p.attempt, .block = p.block};
}

HarqOutcome HarqEntity::on_feedback(HarqId harq, bool ack) {
  Process& p = at(harq.process);
  const bool current =
      p.state == State::in_flight && p.attempt == harq.attempt && p.block == harq.block;
  if (!current) return HarqOutcome::stale;
  if (!ack && p.attempt + 1 < config_.max_transmissions) {
    p.state = State::to_repeat;
    ++to_repeat_count_;
    return HarqOutcome::to_repeat;
  }
  p.state = State::idle;
  idle_ |= bit(harq.process);
  return ack ? HarqOutcome::acknowledged : HarqOutcome::given_up;
}

HarqId HarqEntity::id(int process) const {
  const Process& p = at(process);
  return {.process = process, .attempt = p.attempt, .block = p.block};
}

const BlockFormat& HarqEntity::format(int process) const { return at(process).format; }

phy::SoftBlock& HarqReceiver::turn_to(const HarqId& harq) {
  RC_CHECK(harq.process >= 0 && harq.process < harq_process_count_max);
  Process& p = at(harq.process);
  if (!p.used || p.block != harq.block)
    p = {.soft = {}, .block = harq.block, .used = true, .decoded = false};
  return p.soft;
}

bool HarqReceiver::has_decoded(const HarqId& harq) const {
  const Process& p = processes_[static_cast<std::size_t>(harq.process)];
  return p.used && p.block == harq.block && p.decoded;
}

}  // namespace redcell::mac
