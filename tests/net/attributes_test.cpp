// Goal: attributes declared by another translation unit behave as every ns-3 attribute does.
// Method: declare in a static initialiser, as the schema's owner does, then use ns-3's own doors.
#include "net/attributes.h"

#include <gtest/gtest.h>
#include <ns3/boolean.h>
#include <ns3/config.h>
#include <ns3/double.h>
#include <ns3/integer.h>
#include <ns3/object-factory.h>
#include <ns3/string.h>
#include <ns3/type-id.h>

#include <vector>

#include "net/gnb_net_device.h"
#include "net/ue_net_device.h"

namespace redcell::net {
namespace {

using Kind = AttributeSpec::Kind;

std::vector<AttributeSpec> ue_specs() {
  return {{"NoiseFigureDb", "Receiver noise figure.", Kind::real, "9", 0, 20},
          {"RxCount", "Receive antennas.", Kind::integer, "2", 1, 2},
          {"HalfDuplex", "Half-duplex FDD.", Kind::boolean, "false"},
          {"Label", "A name.", Kind::text, "none"},
          {"TxPowerDbm", "Only before the device exists.", Kind::real, "23", -40, 26, false}};
}

const bool declared = [] {
  declare_attributes(DeviceKind::ue, ue_specs());
  declare_attributes(DeviceKind::gnb, {{"TxPowerDbm", "Output power.", Kind::real, "46", 0, 60}});
  return true;
}();

class AttributesTest : public testing::Test {
 protected:
  ~AttributesTest() override { ns3::Config::Reset(); }
};

TEST_F(AttributesTest, are_found_by_the_name_of_the_device_type) {
  ASSERT_TRUE(declared);
  ns3::TypeId type;
  ASSERT_TRUE(ns3::TypeId::LookupByNameFailSafe("redcell::UeNetDevice", &type));
  EXPECT_EQ(type.GetGroupName(), "redcell");
  EXPECT_EQ(type.GetParent().GetName(), "redcell::RadioNetDevice");
  ns3::TypeId::AttributeInformation info;
  ASSERT_TRUE(type.LookupAttributeByName("NoiseFigureDb", &info));
  EXPECT_EQ(info.help, "Receiver noise figure.");
  EXPECT_EQ(info.initialValue->SerializeToString(info.checker), "9");
  EXPECT_NE(info.checker->GetUnderlyingTypeInformation().find("0:20"), std::string::npos)
      << info.checker->GetUnderlyingTypeInformation();
  ASSERT_TRUE(ns3::TypeId::LookupByNameFailSafe("redcell::GnbNetDevice", &type));
  EXPECT_TRUE(type.LookupAttributeByName("TxPowerDbm", &info));
  EXPECT_FALSE(type.LookupAttributeByName("NoiseFigureDb", &info));
}

TEST_F(AttributesTest, start_at_their_initial_value_and_can_be_set_and_read) {
  const auto device = ns3::CreateObject<UeNetDevice>();
  ns3::DoubleValue noise;
  ns3::IntegerValue rx;
  ns3::BooleanValue half;
  ns3::StringValue label;
  device->GetAttribute("NoiseFigureDb", noise);
  device->GetAttribute("RxCount", rx);
  device->GetAttribute("HalfDuplex", half);
  device->GetAttribute("Label", label);
  EXPECT_EQ(noise.Get(), 9.0);
  EXPECT_EQ(rx.Get(), 2);
  EXPECT_FALSE(half.Get());
  EXPECT_EQ(label.Get(), "none");
  device->SetAttribute("NoiseFigureDb", ns3::DoubleValue(7.5));
  device->SetAttribute("RxCount", ns3::StringValue("1"));
  device->SetAttribute("HalfDuplex", ns3::BooleanValue(true));
  device->SetAttribute("Label", ns3::StringValue("meter"));
  device->GetAttribute("NoiseFigureDb", noise);
  device->GetAttribute("RxCount", rx);
  device->GetAttribute("HalfDuplex", half);
  device->GetAttribute("Label", label);
  EXPECT_EQ(noise.Get(), 7.5);
  EXPECT_EQ(rx.Get(), 1);
  EXPECT_TRUE(half.Get());
  EXPECT_EQ(label.Get(), "meter");
}

TEST_F(AttributesTest, belong_to_one_device_each) {
  const auto first = ns3::CreateObject<UeNetDevice>();
  const auto second = ns3::CreateObject<UeNetDevice>();
  first->SetAttribute("NoiseFigureDb", ns3::DoubleValue(3));
  ns3::DoubleValue noise;
  second->GetAttribute("NoiseFigureDb", noise);
  EXPECT_EQ(noise.Get(), 9.0);
}

TEST_F(AttributesTest, refuse_what_is_out_of_range_or_too_late) {
  const auto device = ns3::CreateObject<UeNetDevice>();
  EXPECT_TRUE(device->SetAttributeFailSafe("NoiseFigureDb", ns3::DoubleValue(20)));
  EXPECT_FALSE(device->SetAttributeFailSafe("NoiseFigureDb", ns3::DoubleValue(20.5)));
  EXPECT_FALSE(device->SetAttributeFailSafe("RxCount", ns3::StringValue("3")));
  EXPECT_FALSE(device->SetAttributeFailSafe("TxPowerDbm", ns3::DoubleValue(20)));  // not live
  EXPECT_TRUE(
      ns3::Config::SetDefaultFailSafe("redcell::UeNetDevice::TxPowerDbm", ns3::DoubleValue(20)));
  EXPECT_FALSE(
      ns3::Config::SetDefaultFailSafe("redcell::UeNetDevice::TxPowerDbm", ns3::DoubleValue(27)));
}

TEST_F(AttributesTest, take_their_default_from_set_default) {
  EXPECT_FALSE(changed_default(DeviceKind::ue, "NoiseFigureDb").has_value());
  ns3::Config::SetDefault("redcell::UeNetDevice::NoiseFigureDb", ns3::DoubleValue(5));
  EXPECT_EQ(changed_default(DeviceKind::ue, "NoiseFigureDb"), AttributeData(5.0));
  EXPECT_FALSE(changed_default(DeviceKind::ue, "RxCount").has_value());
  const auto device = ns3::CreateObject<UeNetDevice>();
  ns3::DoubleValue noise;
  device->GetAttribute("NoiseFigureDb", noise);
  EXPECT_EQ(noise.Get(), 5.0);
  EXPECT_EQ(changed_from_initial(*device, "NoiseFigureDb"), AttributeData(5.0));
  EXPECT_FALSE(changed_from_initial(*device, "RxCount").has_value());
}

TEST_F(AttributesTest, tell_a_listener_what_was_changed_later) {
  const auto device = ns3::CreateObject<UeNetDevice>();
  std::vector<std::string> changed;
  device->set_attribute_listener([&](std::string_view name) { changed.emplace_back(name); });
  device->SetAttribute("RxCount", ns3::IntegerValue(1));
  EXPECT_FALSE(device->SetAttributeFailSafe("RxCount", ns3::IntegerValue(9)));
  EXPECT_EQ(changed, std::vector<std::string>{"RxCount"});
}

TEST(AttributesDeathTest, cannot_be_declared_once_a_device_exists) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const auto late = [] {
    const auto device = ns3::CreateObject<UeNetDevice>();
    declare_attributes(DeviceKind::ue, {{"Late", "", Kind::boolean, "true"}});
  };
  EXPECT_DEATH(late(), "sealed");
}

TEST(AttributesDeathTest, must_start_inside_their_range) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_DEATH(declare_attributes(DeviceKind::gnb, {{"Bad", "", Kind::real, "5", 0, 4}}),
               "initial");
}

}  // namespace
}  // namespace redcell::net
