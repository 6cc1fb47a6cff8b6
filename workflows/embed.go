// Package workflows embeds the rule packs: law as dated data. The format is
// described in README.md; package internal/workflow reads and checks it.
package workflows

import "embed"

// FS holds the packs and, in schemas/, a JSON Schema of each kind. Its root is this
// folder.
//
//go:embed categories.yaml edpb.yaml ladders.yaml watch.yaml holidays/*.yaml regimes/*.yaml authorities/*.yaml scenarios/*.yaml assessments/*.yaml schemas/*.schema.json presets/*.yaml record/*.yaml marketing/*.yaml words/*.yaml
//go:embed requests.yaml
var FS embed.FS

// Schema returns the JSON Schema of a kind of pack, such as "regime"; an error when
// there is no such kind.
func Schema(kind string) ([]byte, error) { return FS.ReadFile("schemas/" + kind + ".schema.json") }
