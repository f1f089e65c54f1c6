// The schema's numbers as ns-3 attributes: capability fields on redcell::UeNetDevice, carrier
// fields on redcell::GnbNetDevice, with the schema's default, range and help. They are declared
// when the library loads.
#pragma once

#include "net/network.h"
#include "scenarios/schema/scenario.pb.h"

namespace redcell::scenarios {

/// Writes what Config::SetDefault changed into the fields that the scenario leaves open.
void take_attribute_defaults(schema::Scenario& scenario);

/// Shows the values of a resolved scenario on the devices, so that GetAttribute tells what runs.
void show_on_device(const schema::Capability& capability, net::UeNetDevice& device);
void show_on_device(const schema::Carrier& carrier, net::GnbNetDevice& device);

/// "noise_figure_db" -> "NoiseFigureDb".
[[nodiscard]] std::string attribute_name(const std::string& field_name);

}  // namespace redcell::scenarios
