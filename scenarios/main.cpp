#include "scenarios/cli.h"

int main(int argc, char** argv) { return redcell::scenarios::cli_main(argc, argv); }
