package consent

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"path"
	"strings"
	"time"
	"unicode"

	"clepsydra/internal/contact"
	"clepsydra/internal/fault"
)

// File is a recording or a scan that proves a consent, with the hash it had when it
// came in. It is handed out as a download and never shown in place.
type File struct {
	ID        string
	ContactID contact.ID
	Name      string
	MediaType string // by content
	Size      int
	SHA256    string
	AddedBy   string // account
	AddedAt   time.Time
}

// MaxFileBytes is the size up to which a proof is taken: half an hour of speech.
const MaxFileBytes = 15 << 20

// Named refusals of a file.
var (
	ErrFileEmpty    = fault.New(fault.Invalid, "consent.file_empty").At("file")
	ErrFileLarge    = fault.New(fault.TooLarge, "consent.file_large").At("file")
	ErrFileType     = fault.New(fault.Invalid, "consent.file_type").At("file")
	ErrFileNotFound = fault.New(fault.NotFound, "consent.file_not_found")
)

// Examine checks a proof by its content: sound, pictures, PDF and plain text are taken,
// anything that could run is not.
func Examine(name string, content []byte) (File, error) {
	switch {
	case len(content) == 0:
		return File{}, ErrFileEmpty
	case len(content) > MaxFileBytes:
		return File{}, ErrFileLarge.With("Max", MaxFileBytes>>20)
	}
	media, ending := mediaOf(content)
	if media == "" {
		return File{}, ErrFileType
	}
	sum := sha256.Sum256(content)
	return File{Name: fileName(name, ending), MediaType: media, Size: len(content), SHA256: hex.EncodeToString(sum[:])}, nil
}

// mediaOf tells what content is and how its name should end; nothing when it is not
// taken.
func mediaOf(b []byte) (media, ending string) {
	if len(b) > 12 && string(b[4:8]) == "ftyp" && strings.HasPrefix(string(b[8:12]), "M4A") {
		return "audio/mp4", ".m4a"
	}
	if len(b) > 2 && b[0] == 0xFF && b[1]&0xE6 == 0xE2 { // a frame of MPEG audio without a tag
		return "audio/mpeg", ".mp3"
	}
	media, _, _ = strings.Cut(http.DetectContentType(b), ";")
	ending = map[string]string{
		"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "application/pdf": ".pdf", "text/plain": ".txt",
		"audio/mpeg": ".mp3", "audio/wave": ".wav", "audio/aiff": ".aiff", "application/ogg": ".ogg", "video/mp4": ".m4a", "video/webm": ".webm",
	}[media]
	if ending == "" {
		return "", ""
	}
	return media, ending
}

// fileName keeps the last part of a name without what could fool a reader, and gives it
// the ending of its content.
func fileName(name, ending string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.TrimSuffix(name, path.Ext(name))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) || strings.ContainsRune(`"<>:|?*/`, r) {
			return -1
		}
		return r
	}, name)
	if r := []rune(name); len(r) > 100 {
		name = string(r[:100])
	}
	if name = strings.Trim(name, ". "); name == "" {
		name = "file"
	}
	return name + ending
}
