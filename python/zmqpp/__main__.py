"""`python -m zmqpp --cmake-dir`: where C++ code finds what it builds on, for build scripts.

Answers come one a line, in the order of the questions. The version is zmqpp's alone, as scripts compare it.
"""

from . import version


def main() -> None:
    """Prints what the options of the command line ask for."""
    import argparse

    parser = argparse.ArgumentParser(prog="python -m zmqpp", description="Where zmqpp's files are.")
    for option, answer, text in (
        ("--cmake-dir", version.get_cmake_dir, "the folder of the CMake package, for zmqpp_DIR"),
        ("--include-dir", version.get_include, "the folder of the C++ headers"),
        ("--libzmq", version.get_libzmq, "the path of the libzmq that zmqpp has loaded"),
        (
            "--pkgconfig-dir",
            version.get_pkgconfig_dir,
            "the folder of zmqpp.pc, for PKG_CONFIG_PATH",
        ),
        ("--version", lambda: version.__version__, "the version of zmqpp"),
    ):
        parser.add_argument(
            option, action="append_const", dest="questions", const=answer, help=text
        )
    questions = parser.parse_args().questions
    if not questions:
        parser.error("nothing was asked; --help lists what can be")
    for answer in questions:
        print(answer())


if __name__ == "__main__":
    main()
