package web

import (
	"bytes"
	"fmt"
	"html/template"
	"image"
	"image/color"
	"image/png"
	"strings"

	"github.com/boombuler/barcode/qr"

	"clepsydra/internal/firm"
	"clepsydra/internal/locale"
)

// reportLinkPage shows where staff report a leak, for copying and for phones.
type reportLinkPage struct {
	settingsPage
	Link string
	QR   template.HTML
}

func showReportLink(v *Visit) error {
	settings, err := v.settingsPage(v.Firm)
	if err != nil {
		return err
	}
	link := v.Link(v.ReportPath())
	code, err := qrCode(link, v.P.T("settings.qr_alt", nil))
	if err != nil {
		return err
	}
	return v.Page("settings_report", reportLinkPage{settings, link, code})
}

// renewReportLink makes a new secret, for when the old one went to people who
// should not have it. Posters with the old one stop working.
func renewReportLink(v *Visit) error {
	f, err := v.fresh()
	if err != nil {
		return err
	}
	f.ReportToken = firm.NewReportToken()
	if err := v.S.d.Accounts.SaveFirm(v.Ctx(), v.Actor, f); err != nil {
		return err
	}
	v.Flash("settings.link_renewed", nil)
	return v.Redirect("/settings/report")
}

// posterPage is one sheet for the wall of the canteen, in every language.
type posterPage struct {
	Firm  firm.Firm
	Link  string
	QR    template.HTML
	Texts []posterText
}

type posterText struct{ Lang, Title, Text string }

func showPoster(v *Visit) error {
	link := v.Link(v.ReportPath())
	code, err := qrCode(link, v.P.T("settings.qr_alt", nil))
	if err != nil {
		return err
	}
	page := posterPage{Firm: v.Firm, Link: link, QR: code}
	for _, lang := range locale.Languages() {
		p := v.S.d.Locale.For(lang, v.Firm.Country, v.Firm.Location())
		page.Texts = append(page.Texts, posterText{lang, p.T("settings.poster_title", nil), p.T("settings.poster_text", nil)})
	}
	return v.Page("poster", page)
}

// downloadQR gives the code as a picture, for a shop's own poster.
func downloadQR(v *Visit) error {
	code, err := qr.Encode(v.Link(v.ReportPath()), qr.M, qr.Auto)
	if err != nil {
		return fmt.Errorf("web: qr code: %w", err)
	}
	const dots, quiet = 16, 4
	side := (code.Bounds().Dx() + 2*quiet) * dots
	picture := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := range side {
		for x := range side {
			at := image.Pt(x/dots-quiet, y/dots-quiet)
			if !at.In(code.Bounds()) {
				continue
			}
			if r, _, _, _ := code.At(at.X, at.Y).RGBA(); r == 0 {
				picture.SetColorIndex(x, y, 1)
			}
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		return fmt.Errorf("web: draw qr code: %w", err)
	}
	return v.Download("clepsydra-qr.png", "image/png", out.Bytes())
}

// qrCode draws a QR code as one path, with the quiet zone that readers need.
func qrCode(text, alt string) (template.HTML, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return "", fmt.Errorf("web: qr code: %w", err)
	}
	const quiet = 4
	size := code.Bounds().Dx()
	var path strings.Builder
	for y := range size {
		for x := range size {
			if r, _, _, _ := code.At(x, y).RGBA(); r == 0 {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	return template.HTML(fmt.Sprintf(`<svg class="qr" viewBox="0 0 %[1]d %[1]d" role="img" aria-label="%[2]s" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%[1]dv%[1]dH0z"/><path fill="#000" d="%[3]s"/></svg>`,
		size+2*quiet, template.HTMLEscapeString(alt), path.String())), nil
}
