package release

// Names of the findings of Check Content and Carry Assets.
const (
	OriginNotBucket      = "origin-not-bucket"
	SidesNested          = "sides-nested"
	RootDocumentMissing  = "root-document-missing"
	RootDocumentEmpty    = "root-document-empty"
	RootDocumentNotHTML  = "root-document-not-html"
	RootDocumentCached   = "root-document-cached"
	AssetMissing         = "asset-missing"
	AssetWrongType       = "asset-wrong-type"
	HashedAssetNotCached = "hashed-asset-not-cached"
	ContentUnreadable    = "content-unreadable"
	ContentEncrypted     = "content-encrypted"
	ReferencesNotChecked = "references-not-checked"
	AssetConflict        = "asset-conflict"
	TooManyObjects       = "too-many-objects"
)

// Names of the findings of Smoke Test.
const (
	SmokeNotRouting   = "smoke-not-routing"
	SmokeWrongBytes   = "smoke-wrong-bytes"
	SmokeFallbackPage = "smoke-fallback-page"
	SmokeWrongStatus  = "smoke-wrong-status"
	SmokeWrongType    = "smoke-wrong-type"
	SmokeRedirected   = "smoke-redirected"
	SmokeTooLarge     = "smoke-too-large"
	SmokeTimeout      = "smoke-timeout"
	SmokeTLS          = "smoke-tls"
	SmokeUnreachable  = "smoke-unreachable"
	SmokePathMissing  = "smoke-path-missing"
)
