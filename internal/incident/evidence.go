package incident

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/mail"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"

	"clepsydra/internal/fault"
)

// Evidence is a file of an incident with the hash it had when it came in. It is
// never shown in place, only handed out as a download.
type Evidence struct {
	ID         string
	IncidentID ID
	Name       string // as given, without folders and control characters
	MediaType  string // by content, never by name
	Size       int
	SHA256     string
	AddedBy    string // account; empty for the reporter
	AddedAt    time.Time
}

// The limits of what is taken in at once.
const (
	MaxFiles     = 5
	MaxFileBytes = 10 << 20
)

// Named refusals of a file.
var (
	ErrTooManyFiles = fault.New(fault.Invalid, "evidence.too_many")
	ErrFileTooLarge = fault.New(fault.TooLarge, "evidence.too_large")
	ErrFileEmpty    = fault.New(fault.Invalid, "evidence.empty")
	ErrFileType     = fault.New(fault.Invalid, "evidence.type_refused")
	ErrFileNotFound = fault.New(fault.NotFound, "evidence.not_found")
)

// Examine checks a file by its content and returns it described: photos, PDF,
// mail and plain text are taken, anything that could run is not. A text may still
// be a script, so a name whose ending does not belong to the content gets one that
// does: what comes out opens in a viewer and starts nothing.
func Examine(name string, content []byte) (Evidence, error) {
	name = cleanName(name)
	switch {
	case len(content) == 0:
		return Evidence{}, ErrFileEmpty.At("files").With("Name", name)
	case len(content) > MaxFileBytes:
		return Evidence{}, ErrFileTooLarge.At("files").With("Name", name).With("Max", MaxFileBytes>>20)
	}
	media := mediaType(content)
	if media == "" {
		return Evidence{}, ErrFileType.At("files").With("Name", name)
	}
	sum := sha256.Sum256(content)
	return Evidence{Name: fittingName(name, media), MediaType: media, Size: len(content), SHA256: hex.EncodeToString(sum[:])}, nil
}

// mediaType tells what content is, or nothing when it is not taken.
func mediaType(b []byte) string {
	switch t, _, _ := strings.Cut(http.DetectContentType(b), ";"); t {
	case "image/jpeg", "image/png", "image/gif", "image/webp", "application/pdf":
		return t
	case "text/plain":
		if isMail(b) {
			return "message/rfc822"
		}
		return t
	}
	if len(b) > 12 && string(b[4:8]) == "ftyp" {
		switch string(b[8:12]) {
		case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1", "heif":
			return "image/heic"
		}
	}
	if bytes.HasPrefix(b, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) && bytes.Contains(b, utf16("__substg1.0_")) {
		return "application/vnd.ms-outlook"
	}
	return ""
}

// isMail reports whether text begins with the header of a message.
func isMail(b []byte) bool {
	m, err := mail.ReadMessage(bytes.NewReader(b))
	return err == nil && m.Header.Get("From") != "" && (m.Header.Get("Date") != "" || m.Header.Get("Subject") != "")
}

// fittingName adds the ending of its media type to a name that has another one.
func fittingName(name, media string) string {
	endings := map[string][]string{
		"image/jpeg": {".jpg", ".jpeg"}, "image/png": {".png"}, "image/gif": {".gif"}, "image/webp": {".webp"},
		"image/heic": {".heic", ".heif"}, "application/pdf": {".pdf"}, "message/rfc822": {".eml", ".txt"},
		"application/vnd.ms-outlook": {".msg"}, "text/plain": {".txt", ".log", ".md"},
	}[media]
	ext := strings.ToLower(path.Ext(name))
	if slices.Contains(endings, ext) {
		return name
	}
	return shortened(name + endings[0])
}

func utf16(s string) []byte {
	out := make([]byte, 0, 2*len(s))
	for i := range len(s) {
		out = append(out, s[i], 0)
	}
	return out
}

// cleanName keeps the last part of a name, without what could fool a reader or
// a header; a name of nothing becomes "file".
func cleanName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) || strings.ContainsRune(`"<>:|?*`, r) {
			return -1
		}
		return r
	}, name)
	if name = shortened(name); name == "" || name == "/" {
		return "file"
	}
	return name
}

// shortened keeps the end of a name that is longer than a file system likes.
func shortened(name string) string {
	const longest = 120
	if r := []rune(name); len(r) > longest {
		name = string(r[len(r)-longest:])
	}
	return strings.Trim(name, ". ")
}

// KiB is the size in kibibytes, at least one.
func (e Evidence) KiB() int { return max(1, (e.Size+1023)/1024) }
