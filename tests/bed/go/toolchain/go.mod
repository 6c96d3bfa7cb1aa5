// Go itself, for machines whose own is older than what the other modules here ask for: fetched by lib.sh, never compiled.
module bed/toolchain

go 1.18

require golang.org/toolchain v0.0.1-go1.26.8.linux-amd64
