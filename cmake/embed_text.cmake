# Run as a script: writes the C++ source OUTPUT, whose function gavel::FUNCTION() gives the text of the file INPUT.
file(READ "${INPUT}" text)
file(WRITE "${OUTPUT}" "#include <string_view>

namespace gavel {
std::string_view ${FUNCTION}();
std::string_view ${FUNCTION}() {
  return R\"embedded(${text})embedded\";
}
}  // namespace gavel
")
