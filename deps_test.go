package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// What `make run` and `make test` say, and whether they go on, on machines that are
// not this one: each is a folder of programs that answer as theirs would.
func TestSystemPackages(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no sh on Windows")
	}
	const (
		linux   = "uname: echo Linux"
		debian  = "dpkg-query: exit 1"
		goes    = "go: echo go1.26.3"
		apt     = `apt-get: echo "apt-get $*" >&2`
		root    = "id: echo 0"
		user    = "id: echo 1000"
		cc      = "cc: exit 0"
		headers = "pkg-config: exit 0"
	)
	for _, c := range []struct {
		what     string
		programs []string
		args     []string
		fails    bool
		says     []string // nothing: it is silent
	}{
		{"no Go", []string{linux, debian}, nil, true, []string{"needs Go 1.26"}},
		{"an old Go", []string{linux, debian, "go: echo go1.19.8"}, nil, true, []string{"this is go1.19.8"}},
		{"Debian with nothing, root", []string{linux, debian, goes, root, apt}, nil, false, []string{"Installing system packages: gcc", "apt-get install"}},
		{"Debian with nothing, for tests", []string{linux, debian, goes, root, apt}, []string{"test"}, false, []string{" xvfb xdotool"}},
		{"Debian with nothing, a user with sudo", []string{linux, debian, goes, user, apt, `sudo: echo "sudo $*"`}, nil, false, []string{"Installing", "sudo apt-get update"}},
		{"Debian with nothing, a user without", []string{linux, debian, goes, user, apt}, nil, true, []string{"Run as root: apt-get install gcc"}},
		{"Debian with everything", []string{linux, `dpkg-query: echo "install ok installed"`, goes, user}, []string{"test"}, false, nil},
		{"another Linux with everything", []string{linux, goes, cc, headers}, nil, false, nil},
		{"another Linux without Xvfb, for tests", []string{linux, goes, cc, headers}, []string{"test"}, false, []string{"On this system install", "Xvfb"}},
		{"another Linux without headers", []string{linux, goes, cc, "pkg-config: exit 1"}, nil, true, []string{"On this system install a C compiler, pkg-config"}},
		{"another Linux without a compiler", []string{linux, goes, headers}, nil, true, []string{"On this system install a C compiler"}},
		{"macOS", []string{"uname: echo Darwin", goes, cc}, nil, false, nil},
		{"macOS without a compiler", []string{"uname: echo Darwin", goes}, nil, true, []string{"On this system install a C compiler (macOS: xcode-select --install"}},
		{"Windows without a compiler", []string{"uname: echo MINGW64_NT-10.0", goes}, nil, true, []string{"mingw-w64 gcc"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			said, err := inMachine(t, c.programs, c.args)
			if (err != nil) != c.fails {
				t.Errorf("it ends with %v", err)
			}
			if len(c.says) == 0 && said != "" || slices.ContainsFunc(c.says, func(s string) bool { return !strings.Contains(said, s) }) {
				t.Errorf("it says %q, not %q", said, c.says)
			}
			if c.fails && strings.Count(said, "On this system") > 0 && strings.Count(said, "\n") != 1 {
				t.Errorf("%q is not one line", said)
			}
		})
	}
}

// inMachine runs .ci/deps where only these programs are, "name: what it does", and
// the few that every system has.
func inMachine(t *testing.T, programs, args []string) (said string, err error) {
	t.Helper()
	bin := t.TempDir()
	for _, name := range []string{"sh", "grep"} {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Skip("no ", name)
		}
		if err := os.Symlink(path, filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range programs {
		name, does, _ := strings.Cut(p, ": ")
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+does+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("/bin/sh", append([]string{".ci/deps"}, args...)...)
	cmd.Env = []string{"PATH=" + bin}
	out, err := cmd.CombinedOutput()
	return string(out), err
}
