package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDemoTellsTheStoryIntoAFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "story")
	var out, errs bytes.Buffer
	if status := run([]string{"demo", "--once", dir, "--customers", "30"}, &out, &errs); status != 0 {
		t.Fatalf("status %d: %s%s", status, out.String(), errs.String())
	}
	if strings.Contains(out.String(), "FAILED") || !strings.Contains(out.String(), "held   journal") {
		t.Error(out.String())
	}
	for _, name := range []string{"notification.pdf", "register.xlsx", "summary.json"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}

func TestDemoRefusesWhatMakesNoSense(t *testing.T) {
	dir := t.TempDir()
	nothing := filepath.Join(dir, "nothing.csv")
	if err := os.WriteFile(nothing, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"demo", "--customers", "0"},
		{"demo", "--contacts", nothing},
		{"demo", "--once", dir, "--contacts", filepath.Join(dir, "missing.csv")},
		{"bench", "weather"},
	} {
		var out, errs bytes.Buffer
		if status := run(args, &out, &errs); status != 2 || errs.Len() == 0 {
			t.Errorf("%v: status %d, %q", args, status, errs.String())
		}
	}
}

// A customer file in which nobody is found ends the story with the step's name.
func TestDemoNamesTheStepThatFails(t *testing.T) {
	dir := t.TempDir()
	nothing := filepath.Join(dir, "nothing.csv")
	if err := os.WriteFile(nothing, []byte("Email Address,First Name\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	if status := run([]string{"demo", "--once", dir, "--contacts", nothing}, &out, &errs); status != 1 {
		t.Errorf("status %d", status)
	}
	if !strings.Contains(out.String(), "FAILED import") {
		t.Errorf("%s\n%s", out.String(), errs.String())
	}
}
