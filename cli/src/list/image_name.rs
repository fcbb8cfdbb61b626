//! The image column: the short name with its tag, without a digest.

use crate::service::ImageReference;

/// As docker shows an image. What has no tag, or is no reference, stays as it is.
pub(super) fn image_name(image: &str) -> String {
    ImageReference::new(image).name_and_tag().unwrap_or_else(|| image.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_left_out_beside_a_tag() {
        let digest = format!("sha256:{}", "a".repeat(64));
        assert_eq!(image_name(&format!("docker.io/library/nginx:1@{digest}")), "nginx:1");
        assert_eq!(image_name("reg:5000/a/b:2"), "reg:5000/a/b:2");
        for kept in [format!("nginx@{digest}"), "docker.io/library/nginx".to_owned(), "No:Ref:At".to_owned()]
        {
            assert_eq!(image_name(&kept), kept);
        }
    }
}
