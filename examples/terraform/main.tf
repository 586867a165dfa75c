# A pair for continuous deployment, as Terraform makes it: against the stand-in ("make serve") as it is, against AWS without
# the settings of the provider that say so.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.12" # the first with aws_cloudfront_continuous_deployment_policy
    }
  }
}

variable "endpoint" {
  description = "Where the stand-in listens."
  type        = string
  default     = "http://127.0.0.1:4566"
}

variable "attach" {
  description = "CloudFront refuses a policy on a distribution that is only being created: apply once without, then with."
  type        = bool
  default     = false
}

variable "paths" {
  description = "Origin paths of the primary and the staging distribution."
  type        = object({ primary = string, staging = string })
  default     = { primary = "/blue", staging = "/green" }
}

variable "traffic" {
  description = "Whether staging gets viewers, and how large a share of them: at most 0.15."
  type        = object({ enabled = bool, weight = number })
  default     = { enabled = true, weight = 0.05 }
}

provider "aws" {
  region = "us-east-1"

  # For the stand-in only.
  access_key                  = "any"
  secret_key                  = "any"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  s3_use_path_style           = true
  endpoints {
    cloudfront = var.endpoint
    s3         = var.endpoint
  }
}

resource "aws_cloudfront_origin_access_control" "site" {
  name                              = "example-site"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_distribution" "staging" {
  comment             = "example" # a promotion copies the comment too
  enabled             = true
  staging             = true
  default_root_object = "index.html"

  origin {
    origin_id                = "site"
    domain_name              = "example-site.s3.us-east-1.amazonaws.com"
    origin_path              = var.paths.staging
    origin_access_control_id = aws_cloudfront_origin_access_control.site.id
  }

  default_cache_behavior {
    target_origin_id       = "site"
    allowed_methods        = ["GET", "HEAD"]
    cached_methods         = ["GET", "HEAD"]
    viewer_protocol_policy = "allow-all"
    cache_policy_id        = "658327ea-f89d-4fab-a63d-7e88639e58f6" # Managed-CachingOptimized
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = true
  }
}

resource "aws_cloudfront_distribution" "primary" {
  comment             = "example"
  enabled             = true
  default_root_object = "index.html"

  continuous_deployment_policy_id = var.attach ? aws_cloudfront_continuous_deployment_policy.release.id : null

  origin {
    origin_id                = "site"
    domain_name              = "example-site.s3.us-east-1.amazonaws.com"
    origin_path              = var.paths.primary
    origin_access_control_id = aws_cloudfront_origin_access_control.site.id
  }

  default_cache_behavior {
    target_origin_id       = "site"
    allowed_methods        = ["GET", "HEAD"]
    cached_methods         = ["GET", "HEAD"]
    viewer_protocol_policy = "allow-all"
    cache_policy_id        = "658327ea-f89d-4fab-a63d-7e88639e58f6" # Managed-CachingOptimized
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = true
  }
}

resource "aws_cloudfront_continuous_deployment_policy" "release" {
  enabled = var.traffic.enabled

  staging_distribution_dns_names {
    items    = [aws_cloudfront_distribution.staging.domain_name]
    quantity = 1
  }

  traffic_config {
    type = "SingleWeight"
    single_weight_config {
      weight = var.traffic.weight
      session_stickiness_config {
        idle_ttl    = 300
        maximum_ttl = 600
      }
    }
  }
}

output "pair" {
  value = {
    primary = aws_cloudfront_distribution.primary.id
    staging = aws_cloudfront_distribution.staging.id
    policy  = aws_cloudfront_continuous_deployment_policy.release.id
    viewers = "http://${aws_cloudfront_distribution.primary.domain_name}.localhost:4566/"
  }
}
