package app

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/gif"  // formats that can be read
	_ "image/jpeg" // "
	"image/png"
	"os"
	"path/filepath"
)

const (
	pictureSide    = 96       // pixels of a kept picture
	mostPixels     = 40 << 20 // of a file that is read
	mostPictureLen = 32 << 20 // bytes of it
)

// ReadPicture makes a picture for an assistant of an image file (PNG, JPEG, GIF):
// its middle, 96 × 96 pixels, as PNG.
func ReadPicture(path string) ([]byte, error) {
	fail := func(err error) ([]byte, error) {
		return nil, fmt.Errorf("%s cannot be used as a picture: %w", filepath.Base(path), err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return fail(err)
	}
	if !info.Mode().IsRegular() || info.Size() > mostPictureLen {
		return fail(errors.New("it is no file, or larger than 32 MB"))
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return fail(err)
	}
	picture, err := cutPicture(content)
	if err != nil {
		return fail(err)
	}
	return picture, nil
}

func cutPicture(content []byte) ([]byte, error) {
	size, _, err := image.DecodeConfig(bytes.NewReader(content))
	if err != nil {
		return nil, errors.New("it is neither a PNG, a JPEG nor a GIF, or is damaged")
	}
	if size.Width < 1 || size.Height < 1 || size.Width > mostPixels/size.Height {
		return nil, fmt.Errorf("it has %d × %d pixels: choose a smaller one", size.Width, size.Height)
	}
	from, _, err := image.Decode(bytes.NewReader(content))
	if err != nil {
		return nil, errors.New("it is damaged")
	}
	var b bytes.Buffer
	err = png.Encode(&b, shrink(from))
	return b.Bytes(), err
}

// shrink is the middle square of an image, each pixel the mean of those it stands
// for.
func shrink(from image.Image) image.Image {
	r := from.Bounds()
	side := min(r.Dx(), r.Dy())
	left, top := r.Min.X+(r.Dx()-side)/2, r.Min.Y+(r.Dy()-side)/2
	to := image.NewNRGBA64(image.Rect(0, 0, pictureSide, pictureSide))
	for y := range pictureSide {
		for x := range pictureSide {
			part := image.Rect(left+x*side/pictureSide, top+y*side/pictureSide, left+(x+1)*side/pictureSide, top+(y+1)*side/pictureSide)
			part.Max.X, part.Max.Y = max(part.Max.X, part.Min.X+1), max(part.Max.Y, part.Min.Y+1)
			to.Set(x, y, mean(from, part))
		}
	}
	return to
}

// mean is the mean colour of a part of an image; transparent pixels count less.
func mean(from image.Image, part image.Rectangle) color.Color {
	var r, g, b, a, n uint64
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			pr, pg, pb, pa := from.At(x, y).RGBA()
			r, g, b, a, n = r+uint64(pr), g+uint64(pg), b+uint64(pb), a+uint64(pa), n+1
		}
	}
	return color.RGBA64{R: uint16(r / n), G: uint16(g / n), B: uint16(b / n), A: uint16(a / n)}
}
