#include "mac/agenda.h"

#include <algorithm>
#include <tuple>

namespace redcell::mac {
namespace {

auto key(const AgendaEntry& entry) { return std::tuple(entry.slot, entry.task, entry.ue); }
bool later(const AgendaEntry& a, const AgendaEntry& b) { return key(b) < key(a); }

}  // namespace

void Agenda::add(const AgendaEntry& entry) {
  heap_.push_back(entry);
  std::push_heap(heap_.begin(), heap_.end(), later);
}

std::optional<base::Slot> Agenda::next() const {
  if (heap_.empty()) return std::nullopt;
  return heap_.front().slot;
}

void Agenda::take_due(base::Slot now, std::vector<AgendaEntry>& due) {
  due.clear();
  while (!heap_.empty() && heap_.front().slot <= now) {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    const AgendaEntry entry = heap_.back();
    heap_.pop_back();
    const bool repeated =
        !due.empty() && due.back().task == entry.task && due.back().ue == entry.ue;
    if (!repeated) due.push_back(entry);
  }
}

}  // namespace redcell::mac
