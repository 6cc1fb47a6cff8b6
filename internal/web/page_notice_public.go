package web

import (
	"errors"
	"html"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"clepsydra/internal/firm"
	"clepsydra/internal/processing"
)

// NoticePaper is a privacy statement on paper. Version is 0 for a draft.
type NoticePaper struct {
	Firm    firm.Firm
	Lang    string
	Blocks  []processing.Block
	Version int
	Hash    string
	At      time.Time
}

type privacyPage struct {
	processing.Published
	Found     bool // false before the first publication
	Path      string
	Languages []string
	Blocks    []processing.Block
	Newest    int
}

// asked returns the version of the address in the language that suits the visitor:
// the one asked for, else his own, else that of the house.
func (v *Visit) askedNotice() (processing.Published, []processing.Published, error) {
	version := 0
	if text := v.C.Params("version"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return processing.Published{}, nil, processing.ErrNoNotice
		}
		version = n
	}
	all, err := v.S.d.Notices.Published(v.Ctx(), version)
	if err != nil {
		return processing.Published{}, nil, err
	}
	return inLanguage(all, v.noticeLanguage(), v.P.Lang(), v.Firm.Language), all, nil
}

// inLanguage returns the text in the first language that there is one in.
func inLanguage(all []processing.Published, languages ...string) processing.Published {
	for _, lang := range languages {
		if k := slices.IndexFunc(all, func(p processing.Published) bool { return p.Language == lang }); k >= 0 {
			return all[k]
		}
	}
	return all[0]
}

// showPrivacy shows what was published; before that only that it will come.
func showPrivacy(v *Visit) error {
	v.C.Vary(fiber.HeaderAcceptLanguage)
	one, all, err := v.askedNotice()
	if errors.Is(err, processing.ErrNoNotice) && v.C.Params("version") == "" {
		return v.Page("privacy", privacyPage{})
	}
	if err != nil {
		return err
	}
	newest, err := v.S.d.Notices.Published(v.Ctx(), 0)
	if err != nil {
		return err
	}
	page := privacyPage{Published: one, Found: true, Path: v.Path(), Blocks: processing.Blocks(one.Text), Newest: newest[0].Version}
	for _, p := range all {
		page.Languages = append(page.Languages, p.Language)
	}
	return v.Page("privacy", page)
}

func downloadPrivacy(v *Visit) error {
	one, _, err := v.askedNotice()
	if err != nil {
		return err
	}
	return v.noticeFile(v.C.Params("format"), NoticePaper{Lang: one.Language, Version: one.Version, Hash: one.Hash, At: one.At}, one.Text)
}

// noticeHTML writes a text as a piece of a web page, for the firm's own site. It
// brings no look of its own.
func noticeHTML(blocks []processing.Block) string {
	tags := map[processing.Sort]string{
		processing.TitleBlock: "h1", processing.SectionBlock: "h2", processing.PurposeBlock: "h3", processing.ItemBlock: "li", processing.PlainBlock: "p",
	}
	var b strings.Builder
	for k, block := range blocks {
		item := block.Sort == processing.ItemBlock
		if item && (k == 0 || blocks[k-1].Sort != processing.ItemBlock) {
			b.WriteString("<ul>\n")
		}
		text := html.EscapeString(block.Text)
		if tag := tags[block.Sort]; tag != "" {
			b.WriteString("<" + tag + ">" + text + "</" + tag + ">\n")
		} else {
			b.WriteString("<blockquote><p><strong>" + text + "</strong></p></blockquote>\n")
		}
		if item && (k == len(blocks)-1 || blocks[k+1].Sort != processing.ItemBlock) {
			b.WriteString("</ul>\n")
		}
	}
	return b.String()
}
