package web

import (
	"bytes"
	"fmt"
	"image"
	_ "image/jpeg" // a logo may be a JPEG
	"image/png"
	"io"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/image/draw"

	"clepsydra/internal/fault"
)

// errLogo refuses what is no picture, or one too large to open safely.
var errLogo = fault.New(fault.Invalid, "settings.logo_refused").At("logo")

// Limits of a logo: the file, its sides as sent, its longer side as kept (300 dots
// per inch on a letter).
const (
	maxLogoFile = 1 << 20
	maxLogoSide = 6000
	logoSide    = 1000
)

func showLogo(v *Visit) error {
	if len(v.Firm.Logo) == 0 {
		return fiber.ErrNotFound
	}
	v.C.Set(fiber.HeaderContentType, "image/png")
	return v.C.Send(v.Firm.Logo)
}

func saveLogo(v *Visit) error {
	f, err := v.fresh()
	if err != nil {
		return err
	}
	if v.Ticked("remove") {
		f.Logo = nil
		return v.saveAs("settings_letterhead", "/settings/letterhead", f, nil)
	}
	raw, err := v.File("logo", maxLogoFile)
	if err == nil {
		f.Logo, err = v.S.logoFrom(raw)
	}
	if err != nil && fault.KindOf(err) == fault.Internal {
		return err
	}
	return v.saveAs("settings_letterhead", "/settings/letterhead", f, err)
}

// File reads one uploaded file; none gives an empty one.
func (v *Visit) File(field string, limit int64) (content []byte, err error) {
	header, err := v.C.FormFile(field)
	if err != nil {
		return nil, nil // the browser sent none
	}
	if header.Size > limit {
		return nil, errLogo
	}
	file, err := header.Open()
	if err != nil {
		return nil, fmt.Errorf("web: open upload: %w", err)
	}
	defer file.Close() // read only
	if content, err = io.ReadAll(io.LimitReader(file, limit)); err != nil {
		return nil, fmt.Errorf("web: read upload: %w", err)
	}
	return content, nil
}

// logoFrom opens a picture and writes it anew as a plain PNG of a sensible size:
// what printers and the letter maker can read, without whatever else was in the
// file.
func (s *Server) logoFrom(raw []byte) ([]byte, error) {
	info, _, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil || info.Width > maxLogoSide || info.Height > maxLogoSide || info.Width < 1 || info.Height < 1 {
		return nil, errLogo.Because(err)
	}
	picture, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, errLogo.Because(err)
	}
	scale := min(1, float64(logoSide)/float64(max(info.Width, info.Height)))
	to := image.NewNRGBA(image.Rect(0, 0, max(1, int(float64(info.Width)*scale)), max(1, int(float64(info.Height)*scale))))
	draw.CatmullRom.Scale(to, to.Bounds(), picture, picture.Bounds(), draw.Src, nil)
	var out bytes.Buffer
	if err := png.Encode(&out, to); err != nil {
		return nil, fmt.Errorf("web: write logo: %w", err)
	}
	if s.d.CheckLogo != nil {
		if err := s.d.CheckLogo(out.Bytes()); err != nil {
			return nil, errLogo.Because(err)
		}
	}
	return out.Bytes(), nil
}
