// Package examples is the requests and configs that people copy: the demo runs them and the tests check them.
package examples

import (
	"embed"
	_ "embed" // the examples are files that people copy
)

// Request releases a new origin path of the single-page app.
//
//go:embed request.json
var Request []byte

// ContentRequest releases a new build of the single-page app.
//
//go:embed request.content.json
var ContentRequest []byte

// SPAPrimary and SPAStaging are a single-page app on S3, as "aws cloudfront get-distribution-config" prints them.
//
//go:embed spa.primary.json
var SPAPrimary []byte

// SPAStaging is the staging distribution of SPAPrimary.
//
//go:embed spa.staging.json
var SPAStaging []byte

// Files are all examples.
//
//go:embed *.json
var Files embed.FS
