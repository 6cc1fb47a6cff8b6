package document

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	_ "image/jpeg" // logos are PNG or JPEG
	"image/png"

	xdraw "golang.org/x/image/draw"
)

const (
	logoBytes  = 5 << 20 // of the file
	logoPixels = 25e6    // of the picture
	logoSide   = 800     // pixels kept per side: 350 dpi at the largest printed size
	logoWidth  = 55.0    // millimetres at most
	logoHeight = 18.0
)

// logo is a checked picture, ready to print.
type logo struct {
	png           []byte
	width, height float64 // printed size in millimetres
}

// CheckLogo returns ErrLogo when a picture cannot be used as a logo: not PNG or
// JPEG, damaged, above 5 MB or 25 megapixels.
func CheckLogo(data []byte) error {
	_, err := newLogo(data)
	return err
}

// newLogo decodes the whole picture and writes it anew as a small opaque PNG, so
// that the PDF library never meets a damaged, interlaced, 16-bit or progressive
// file, and so that print shops get no transparency.
func newLogo(data []byte) (*logo, error) {
	if len(data) > logoBytes {
		return nil, ErrLogo.At("logo").Because(fmt.Errorf("%d bytes", len(data)))
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, ErrLogo.At("logo").Because(err)
	}
	if config.Width < 1 || config.Height < 1 || float64(config.Width)*float64(config.Height) > logoPixels {
		return nil, ErrLogo.At("logo").Because(errors.New("size in pixels"))
	}
	picture, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, ErrLogo.At("logo").Because(err)
	}
	return encodeLogo(picture)
}

func encodeLogo(picture image.Image) (*logo, error) {
	w, h := float64(picture.Bounds().Dx()), float64(picture.Bounds().Dy())
	shrink := min(1, logoSide/max(w, h))
	flat := image.NewRGBA(image.Rect(0, 0, max(1, int(w*shrink)), max(1, int(h*shrink))))
	draw.Draw(flat, flat.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	xdraw.CatmullRom.Scale(flat, flat.Bounds(), picture, picture.Bounds(), xdraw.Over, nil)
	var out bytes.Buffer
	if err := png.Encode(&out, flat); err != nil {
		return nil, ErrLogo.At("logo").Because(err)
	}
	fit := min(logoWidth/w, logoHeight/h)
	return &logo{png: out.Bytes(), width: w * fit, height: h * fit}, nil
}
