package web

import (
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strings"
)

// loadIcons reads the drawings of templates/icons by name.
func loadIcons(files fs.FS) (map[string]string, error) {
	names, err := fs.Glob(files, "icons/*.svg")
	if err != nil {
		return nil, fmt.Errorf("web: list icons: %w", err)
	}
	out := make(map[string]string, len(names))
	for _, file := range names {
		b, err := fs.ReadFile(files, file)
		if err != nil {
			return nil, fmt.Errorf("web: icon %s: %w", file, err)
		}
		out[strings.TrimSuffix(path.Base(file), ".svg")] = strings.TrimSpace(string(b))
	}
	return out, nil
}

// icon draws an icon beside words that say the same; it is hidden from those who
// listen. A name that does not exist fails the page.
func (a *assets) icon(name string, classes ...string) (template.HTML, error) {
	inner, ok := a.icons[name]
	if !ok {
		return "", fmt.Errorf("there is no icon %q", name)
	}
	class := template.HTMLEscapeString(strings.Join(append([]string{"icon"}, classes...), " "))
	return template.HTML(`<svg class="` + class + `" viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">` + inner + `</svg>`), nil
}
