// Package templates carries everything people read inside the program: pages and
// their parts, letters, mails, the translations, and the style sheets and scripts
// that go with them. Nothing of it is fetched from elsewhere at run time.
package templates

import "embed"

// FS holds assets, icons, layout, letters, locales, mail, pages and partials.
//
//go:embed assets icons layout letters locales mail pages partials
var FS embed.FS
