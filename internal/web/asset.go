package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"path"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"
)

// assets are the style sheets, scripts and pictures. Each is served under the
// hash of its content, so a browser keeps it for ever and a new program brings new
// addresses.
type assets struct {
	byPath map[string]*asset
	paths  map[string]string // name -> path
	icons  map[string]string // name -> what is inside the drawing
}

type asset struct {
	content   []byte
	mediaType string
	etag      string
	zipped    func() []byte // computed once, at the first visitor who takes it
}

func loadAssets(templates fs.FS) (*assets, error) {
	a := &assets{byPath: map[string]*asset{}, paths: map[string]string{}}
	var err error
	if a.icons, err = loadIcons(templates); err != nil {
		return nil, err
	}
	files, err := fs.Glob(templates, "assets/*.*")
	if err != nil {
		return nil, fmt.Errorf("web: list assets: %w", err)
	}
	for _, name := range files {
		b, err := fs.ReadFile(templates, name)
		if err != nil {
			return nil, fmt.Errorf("web: asset %s: %w", name, err)
		}
		if path.Ext(name) == ".md" {
			continue
		}
		if path.Base(name) == "tabler.min.css" {
			b = append(b, darkBySystem(b)...)
		}
		a.add(path.Base(name), b)
	}
	return a, nil
}

func (a *assets) add(name string, b []byte) {
	sum := sha256.Sum256(b)
	hash := hex.EncodeToString(sum[:6])
	ext := path.Ext(name)
	at := "/assets/" + strings.TrimSuffix(name, ext) + "." + hash + ext
	mediaType := mime.TypeByExtension(ext)
	switch ext {
	case ".css":
		mediaType = "text/css; charset=utf-8"
	case ".js":
		mediaType = "text/javascript; charset=utf-8"
	case ".svg":
		mediaType = "image/svg+xml"
	case ".webmanifest":
		mediaType = "application/manifest+json"
	}
	a.byPath[at] = &asset{content: b, mediaType: mediaType, etag: `"` + hash + `"`, zipped: sync.OnceValue(func() []byte { return zip(b) })}
	a.paths[name] = at
}

func zip(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		return nil
	}
	if err := w.Close(); err != nil {
		return nil
	}
	return out.Bytes()
}

// of returns the address of an asset.
func (a *assets) of(name string) (string, error) {
	at, ok := a.paths[name]
	if !ok {
		return "", fmt.Errorf("there is no asset %q", name)
	}
	return at, nil
}

// asset answers with a file, or with 304 when the browser has it.
func (s *Server) asset(c *fiber.Ctx) error {
	f, ok := s.assets.byPath[c.Path()]
	if !ok {
		return fiber.ErrNotFound
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	c.Set(fiber.HeaderETag, f.etag)
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	if c.Get(fiber.HeaderIfNoneMatch) == f.etag {
		return c.SendStatus(fiber.StatusNotModified)
	}
	c.Set(fiber.HeaderContentType, f.mediaType)
	if strings.Contains(c.Get(fiber.HeaderAcceptEncoding), "gzip") {
		if z := f.zipped(); len(z) > 0 && len(z) < len(f.content) {
			c.Set(fiber.HeaderContentEncoding, "gzip")
			return c.Send(z)
		}
	}
	return c.Send(f.content)
}

// darkBySystem repeats the dark rules of the style sheet for pages that follow
// the system (data-bs-theme="auto"): the browser decides before it paints, no
// script is needed and nothing flashes. Paper stays light.
func darkBySystem(css []byte) []byte {
	const dark, auto = "[data-bs-theme=dark]", "[data-bs-theme=auto]"
	var out bytes.Buffer
	out.WriteString("\n@media screen and (prefers-color-scheme:dark){")
	for _, rule := range strings.Split(string(css), "}") {
		selectors, body, ok := strings.Cut(rule, "{")
		if !ok || !strings.Contains(selectors, dark) || strings.Contains(body, "{") {
			continue
		}
		var kept []string
		for _, sel := range strings.Split(selectors, ",") {
			if strings.HasPrefix(sel, dark) {
				kept = append(kept, strings.Replace(sel, dark, auto, 1))
			}
		}
		if len(kept) > 0 {
			out.WriteString(strings.Join(kept, ",") + "{" + body + "}")
		}
	}
	out.WriteString("}\n")
	return out.Bytes()
}
