package incident_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"clepsydra/internal/incident"
)

func wide(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteByte(byte(r))
		b.WriteByte(0)
	}
	return b.String()
}

const (
	jpeg = "\xff\xd8\xff\xe0\x00\x10JFIF"
	png  = "\x89PNG\x0d\x0a\x1a\x0a rest"
	heic = "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"
	ole  = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
	mail = "Received: from x\r\nFrom: a@b.be\r\nDate: Sun, 22 Nov 2026 10:00:00 +0100\r\nSubject: Hi\r\n\r\nText"
)

func TestExamineGoesByContent(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, content   string
		wantType, saved string // empty type: refused
	}{
		{"photo.jpg", jpeg, "image/jpeg", "photo.jpg"},
		{"PHOTO.JPEG", jpeg, "image/jpeg", "PHOTO.JPEG"},
		{"scherm.png", png, "image/png", "scherm.png"},
		{"IMG_1.HEIC", heic, "image/heic", "IMG_1.HEIC"},
		{"a.gif", "GIF89a....", "image/gif", "a.gif"},
		{"a.webp", "RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp", "a.webp"},
		{"brief.pdf", "%PDF-1.7\n", "application/pdf", "brief.pdf"},
		{"bericht.eml", mail, "message/rfc822", "bericht.eml"},
		{"mail.msg", ole + wide("__substg1.0_"), "application/vnd.ms-outlook", "mail.msg"},
		{"notes.txt", "Er lag een usb-stick", "text/plain", "notes.txt"},
		{"notes", "Er lag een usb-stick", "text/plain", "notes.txt"},
		// What could run comes out under a name that does not.
		{"evil.js", "alert(1)", "text/plain", "evil.js.txt"},
		{"evil.js", "#!/usr/bin/env node\nrequire('fs')", "text/plain", "evil.js.txt"},
		{"run.bat", "@echo off\r\ndel *.*", "text/plain", "run.bat.txt"},
		{"page.hta", "hello <b>x</b>", "text/plain", "page.hta.txt"},
		{"drawing.svg", "<svg xmlns='x' onload='alert(1)'/>", "text/plain", "drawing.svg.txt"},
		{"lijst.csv", "=cmd|' /C calc'!A0", "text/plain", "lijst.csv.txt"},
		{"photo.exe", jpeg, "image/jpeg", "photo.exe.jpg"},
		{"photo.jpg.exe", png, "image/png", "photo.jpg.exe.png"},
		{"brief.pdf ", "%PDF-1.7\n", "application/pdf", "brief.pdf"},
		// Refused.
		{"page.html", "<!DOCTYPE html><script>alert(1)</script>", "", ""},
		{"photo.jpg", "  \n<html><body>", "", ""},
		{"photo.jpg", "<script>alert(1)</script>", "", ""},
		{"photo.jpg", "<?xml version='1.0'?><svg onload='x'/>", "", ""},
		{"setup.exe", "MZ\x90\x00\x03\x00\x00\x00", "", ""},
		{"brief.pdf", "MZ\x90\x00%PDF-1.7", "", ""},
		{"prog", "\x7fELF\x02\x01\x01\x00", "", ""},
		{"a.zip", "PK\x03\x04\x14\x00", "", ""},
		{"report.docx", "PK\x03\x04\x14\x00word/", "", ""},
		{"a.gz", "\x1f\x8b\x08\x00", "", ""},
		{"a.rar", "Rar!\x1a\x07\x00", "", ""},
		{"macro.doc", ole + wide("WordDocument"), "", ""},
		{"film.mp4", "\x00\x00\x00\x18ftypisom\x00\x00\x00\x00mp42isom", "", ""},
		{"short", "\x00\x00\x00\x18ftyp", "", ""},
		{"blob.bin", "\x00\x01\x02\x03", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name+"/"+tt.saved, func(t *testing.T) {
			t.Parallel()
			e, err := incident.Examine(tt.name, []byte(tt.content))
			if tt.wantType == "" {
				if !errors.Is(err, incident.ErrFileType) {
					t.Fatalf("taken as %s, %v", e.MediaType, err)
				}
				return
			}
			if err != nil || e.MediaType != tt.wantType || e.Name != tt.saved {
				t.Fatalf("got %q %q, %v", e.MediaType, e.Name, err)
			}
			sum := sha256.Sum256([]byte(tt.content))
			if e.SHA256 != hex.EncodeToString(sum[:]) || e.Size != len(tt.content) {
				t.Errorf("hash %s, size %d", e.SHA256, e.Size)
			}
		})
	}
}

func TestExamineSizes(t *testing.T) {
	t.Parallel()
	big := bytes.Repeat([]byte("a"), incident.MaxFileBytes+1)
	if _, err := incident.Examine("a.txt", nil); !errors.Is(err, incident.ErrFileEmpty) {
		t.Errorf("empty: %v", err)
	}
	if e, err := incident.Examine("a.txt", big[:incident.MaxFileBytes]); err != nil || e.Size != incident.MaxFileBytes {
		t.Errorf("at the limit: %v", err)
	}
	if _, err := incident.Examine("a.txt", big); !errors.Is(err, incident.ErrFileTooLarge) {
		t.Errorf("a byte above: %v", err)
	}
}

func TestExamineNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"../../etc/passwd.txt":             "passwd.txt",
		`C:\Users\An\foto.txt`:             "foto.txt",
		`..\..\x.txt`:                      "x.txt",
		"":                                 "file.txt",
		"/":                                "file.txt",
		"..":                               "file.txt",
		"a/..":                             "file.txt",
		" . ":                              "file.txt",
		"\x00\x1f":                         "file.txt",
		"a\r\nSet-Cookie: x.txt":           "aSet-Cookie x.txt",
		`a"b<c>|d?*.txt`:                   "abcd.txt",
		"foto\u202egpj.exe":                "fotogpj.exe.txt",
		"nul\u2066\u2069l\u200b.txt":       "null.txt",
		"regel\u2028tekst.txt":             "regeltekst.txt",
		"Überblick für José – kopie 2.txt": "Überblick für José – kopie 2.txt",
		"发票.txt":                           "发票.txt",
		strings.Repeat("é", 300) + ".txt":  strings.Repeat("é", 116) + ".txt",
		"bad\xff\xfe.txt":                  "bad\ufffd\ufffd.txt",
	} {
		e, err := incident.Examine(name, []byte("text"))
		if err != nil || e.Name != want {
			t.Errorf("%q became %q, %v", name, e.Name, err)
		}
	}
}

// FuzzExamine: whatever comes in, what is accepted has a harmless name and a type
// of the short list, and the same bytes always have the same hash.
func FuzzExamine(f *testing.F) {
	for _, c := range []string{jpeg, png, heic, mail, "%PDF-", "<html>", "MZ", ole + wide("__substg1.0_"), ""} {
		f.Add("a/b\\c\u202e.jpg", []byte(c))
	}
	f.Add("..", []byte("x"))
	f.Add(strings.Repeat("\xf0\x9f\x98\x80", 200), []byte("x"))
	types := map[string]bool{"image/jpeg": true, "image/png": true, "image/gif": true, "image/webp": true, "image/heic": true,
		"application/pdf": true, "message/rfc822": true, "application/vnd.ms-outlook": true, "text/plain": true}
	f.Fuzz(func(t *testing.T, name string, content []byte) {
		e, err := incident.Examine(name, content)
		if err != nil {
			return
		}
		if !types[e.MediaType] || len(e.SHA256) != 64 || e.Size != len(content) {
			t.Fatalf("%+v", e)
		}
		if e.Name == "" || !utf8.ValidString(e.Name) || utf8.RuneCountInString(e.Name) > 125 || strings.ContainsAny(e.Name, "/\\\"<>:|?*\r\n") {
			t.Fatalf("name %q", e.Name)
		}
		if strings.HasPrefix(e.Name, ".") || strings.HasSuffix(e.Name, ".") {
			t.Fatalf("name %q", e.Name)
		}
		for _, r := range e.Name {
			if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
				t.Fatalf("name %q", e.Name)
			}
		}
		again, err := incident.Examine(e.Name, content)
		if err != nil || again.Name != e.Name {
			t.Fatalf("%q became %q, %v", e.Name, again.Name, err)
		}
	})
}
