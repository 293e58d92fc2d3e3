# Run as a script at every build: writes the C++ source OUTPUT with VERSION and the commit that SOURCE_DIR is at, and
# leaves the file alone where nothing changed. Without git or outside a checkout the commit is empty.
execute_process(COMMAND git -C "${SOURCE_DIR}" rev-parse --short=12 HEAD OUTPUT_VARIABLE commit
                OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
file(CONFIGURE OUTPUT "${OUTPUT}" CONTENT "#include \"api/build_info.h\"

namespace gavel {
std::string_view build_version() { return \"${VERSION}\"; }
std::string_view build_commit() { return \"${commit}\"; }
}  // namespace gavel
")
