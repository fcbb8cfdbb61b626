;; A plugin that does nothing: what calling one costs.
(module
  (memory (export "memory") 1)
  (func (export "_start"))
  (func (export "handle_request") (result i64) (i64.const 1))
  (func (export "handle_response") (param i32 i32)))
