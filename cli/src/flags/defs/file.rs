//! Configs and secrets that the containers find as files.

use crate::flags::{ApiVersion, Draft, Flag, Heading, Takes, ValueError, values};

/// `--config`
#[derive(Debug)]
pub(in crate::flags) struct Config;

impl Flag for Config {
    fn long(&self) -> &'static str {
        "config"
    }

    fn takes(&self) -> Takes {
        Takes::Many("CONFIG")
    }

    fn heading(&self) -> Heading {
        Heading::Container
    }

    fn everyday(&self) -> bool {
        false
    }

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(30))
    }

    fn summary(&self) -> &'static str {
        "Specify configurations to expose to the service"
    }

    fn details(&self) -> &'static str {
        "A name, which is also the file below /, or fields with commas between them:\n  \
         --config nginx.conf\n  \
         --config source=site,target=/etc/nginx/site.conf,uid=101,gid=101,mode=0440"
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.container.configs.push(values::file(values::FileKind::Config, value)?);
        Ok(())
    }
}

/// `--secret`
#[derive(Debug)]
pub(in crate::flags) struct Secret;

impl Flag for Secret {
    fn long(&self) -> &'static str {
        "secret"
    }

    fn takes(&self) -> Takes {
        Takes::Many("SECRET")
    }

    fn heading(&self) -> Heading {
        Heading::Container
    }

    fn everyday(&self) -> bool {
        false
    }

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(25))
    }

    fn summary(&self) -> &'static str {
        "Specify secrets to expose to the service"
    }

    fn details(&self) -> &'static str {
        "A name, which is also the file below /run/secrets, or fields with commas between them:\n  \
         --secret token\n  \
         --secret source=token,target=api_token,uid=1000,mode=0400"
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.container.secrets.push(values::file(values::FileKind::Secret, value)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::flags::{parse_line, request_of};

    #[test]
    fn config_and_secret_keep_their_order() {
        let line = ["--config", "b", "--config", "source=a,target=/a", "--secret", "s", "nginx"];
        let request = request_of(&line);
        let targets: Vec<_> = request.container.configs.iter().map(|config| config.target.as_str()).collect();
        assert_eq!(targets, ["b", "/a"]);
        assert_eq!(request.container.secrets[0].source, "s");
        assert_eq!((request.config_names(), request.secret_names()), (vec!["a", "b"], vec!["s"]));
    }

    #[test]
    fn two_files_do_not_have_the_same_target() {
        for (flag, kind) in [("--secret", "secret"), ("--config", "config")] {
            let error = parse_line(&[flag, "a", flag, "source=b,target=a", "nginx"]).unwrap_err();
            assert_eq!(error.to_string(), format!("duplicate {kind} target for b not allowed"));
            assert_eq!(error.exit_code(), 1);
        }
    }
}
