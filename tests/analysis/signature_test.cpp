// Goal: the signature names what happened: every field counts, nothing else does.
// Method: FNV-1a written byte by byte (checked with a published vector) over words listed by hand;
// then, by reflection, each field of each record changed in turn.
#include "analysis/signature.h"

#include <gtest/gtest.h>

#include <bit>
#include <string>
#include <vector>

#include "analysis/schema/field.pb.h"

namespace redcell::analysis {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::uint64_t fnv_1a(const std::string& bytes) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char byte : bytes) {
    hash ^= static_cast<unsigned char>(byte);
    hash *= 1099511628211ULL;
  }
  return hash;
}

std::string words(const std::vector<std::uint64_t>& list) {
  std::string bytes;
  for (const std::uint64_t word : list) {
    for (int byte = 0; byte < 8; ++byte) bytes += static_cast<char>(word >> (8 * byte) & 0xFF);
  }
  return bytes;
}

std::uint64_t signature_of(const KpiRecord& record) {
  Signature signature;
  signature.add(record);
  return signature.value();
}

TEST(Signature, equals_fnv_1a_over_numbers_and_values_in_declared_order) {
  ASSERT_EQ(fnv_1a("foobar"), 0x85944171F73967E8ULL) << "published test vector";
  KpiRecord record;
  record.mutable_round_trip()->set_rtt_ns(25);
  record.mutable_round_trip()->set_time_ns(-5);
  EXPECT_EQ(signature_of(record),
            fnv_1a(words({4, 1, static_cast<std::uint64_t>(-5), 4, 25, 0, 0})));
}

TEST(Signature, counts_repeated_fields_and_texts_with_their_length) {
  KpiRecord record;
  record.mutable_run_start()->add_groups()->set_name("ab");
  const std::string bytes = words({1, 7, 1, 1, 2}) + "ab" + words({0, 0, 0});
  EXPECT_EQ(signature_of(record), fnv_1a(bytes));
}

TEST(Signature, depends_on_the_order_of_records) {
  KpiRecord first, second;
  first.mutable_round_trip()->set_rtt_ns(1);
  second.mutable_round_trip()->set_rtt_ns(2);
  Signature forward, backward;
  forward.add(first);
  forward.add(second);
  backward.add(second);
  backward.add(first);
  EXPECT_NE(forward.value(), backward.value());
}

TEST(Signature, tells_an_absent_field_from_zero) {
  KpiRecord absent, zero;
  absent.mutable_round_trip();
  zero.mutable_round_trip()->set_rtt_ns(0);
  EXPECT_NE(signature_of(absent), signature_of(zero));
}

TEST(Signature, is_sixteen_hexadecimal_digits) { EXPECT_EQ(Signature().hex(), "cbf29ce484222325"); }

/// Sets a plain field to one of two different values.
void set_plain(Message& message, const FieldDescriptor* f, int which) {
  const auto* r = message.GetReflection();
  switch (f->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return r->SetInt32(&message, f, -5 - which);
    case FieldDescriptor::CPPTYPE_INT64:
      return r->SetInt64(&message, f, 5 + which);
    case FieldDescriptor::CPPTYPE_UINT32:
      return r->SetUInt32(&message, f, 5U + which);
    case FieldDescriptor::CPPTYPE_UINT64:
      return r->SetUInt64(&message, f, 5U + which);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return r->SetDouble(&message, f, 0.5 + which);
    case FieldDescriptor::CPPTYPE_STRING:
      return r->SetString(&message, f, which ? "x" : "y");
    case FieldDescriptor::CPPTYPE_ENUM:
      return r->SetEnumValue(&message, f, which);
    default:
      FAIL() << "the schema uses a type this test does not know: " << f->full_name();
  }
}

TEST(Signature, counts_every_field_but_those_declared_outside) {
  int counted = 0;
  std::vector<std::string> outside;
  const auto* records = KpiRecord::descriptor();
  for (int k = 0; k < records->field_count(); ++k) {
    const auto* kind = records->field(k)->message_type();
    for (int i = 0; i < kind->field_count(); ++i) {
      const FieldDescriptor* field = kind->field(i);
      if (field->is_repeated()) continue;
      KpiRecord before, after;
      for (KpiRecord* record : {&before, &after}) {
        Message* inside = record->GetReflection()->MutableMessage(record, records->field(k));
        set_plain(*inside, field, record == &after ? 1 : 0);
      }
      const bool same = signature_of(before) == signature_of(after);
      EXPECT_EQ(same, field->options().GetExtension(facts).outside_signature())
          << field->full_name();
      if (same) outside.push_back(field->name());
      counted += !same;
    }
  }
  EXPECT_EQ(outside, (std::vector<std::string>{"scenario", "version", "build_type", "isa",
                                               "warm_up_ns", "dl_cqi_sum", "dl_cqi_reports",
                                               "dl_blocks", "dl_prb_sum", "ul_blocks", "ul_prb_sum",
                                               "dl_mac_bytes_acked", "ul_mac_bytes_acked"}));
  EXPECT_GT(counted, 85);
}

TEST(Signature, does_not_ask_where_cells_stand_nor_who_makes_load_only) {
  KpiRecord record;
  record.mutable_run_start()->add_groups()->set_name("ab");
  const std::uint64_t before = signature_of(record);
  record.mutable_run_start()->mutable_groups(0)->set_background(true);
  record.mutable_run_start()->add_cells()->set_cell(3);
  EXPECT_EQ(signature_of(record), before);
}

}  // namespace
}  // namespace redcell::analysis
