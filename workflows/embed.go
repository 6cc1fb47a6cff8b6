// Package workflows embeds the rule packs: law as dated data. The format is
// described in README.md; package internal/workflow reads and checks it.
package workflows

import "embed"

// FS holds the packs. Its root is this folder.
//
//go:embed categories.yaml edpb.yaml holidays/*.yaml regimes/*.yaml authorities/*.yaml assessments/*.yaml scenarios/*.yaml
var FS embed.FS
