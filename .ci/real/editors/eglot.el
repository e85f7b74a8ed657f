;;; eglot.el --- Drives the language server from Emacs  -*- lexical-binding: t -*-
;; Open, see findings, edit, see them change, apply a fix, save. The binary and the template are in $HIPAALINT and $TEMPLATE.
(require 'eglot)
(require 'flymake)
(require 'cl-lib)
(require 'seq)

(defun wait-until (what holds)
  "Wait until the function HOLDS returns something, at most 20 seconds; WHAT is its name."
  (let ((end (+ (float-time) 20)) found)
    (while (and (not (setq found (funcall holds))) (< (float-time) end))
      (accept-process-output nil 0.05)
      (sit-for 0.02))
    (or found (error "Emacs: not within 20 s: %s; findings: %S" what (mapcar #'flymake-diagnostic-text (flymake-diagnostics))))))

(defun finding (rule)
  "The diagnostic of RULE, if there is one."
  (seq-find (lambda (diagnostic) (string-match-p (regexp-quote rule) (flymake-diagnostic-text diagnostic)))
            (flymake-diagnostics)))

(setq eglot-sync-connect 20
      eglot-autoshutdown nil
      eglot-confirm-server-initiated-edits nil
      flymake-start-on-flymake-mode t
      eglot-send-changes-idle-time 0)
(define-derived-mode template-mode prog-mode "Template")
(add-to-list 'eglot-server-programs (cons 'template-mode (list (getenv "HIPAALINT") "lsp")))
(find-file (getenv "TEMPLATE"))
(template-mode)
(call-interactively #'eglot)
(wait-until "the connection" #'eglot-current-server)

(wait-until "findings of the opened template"
            (lambda () (and (finding "kms-key-rotation") (finding "s3-bucket-versioning"))))
(princ "opened:\n")
(dolist (diagnostic (flymake-diagnostics))
  (princ (format "  %d %s\n" (line-number-at-pos (flymake-diagnostic-beg diagnostic))
                 (car (split-string (flymake-diagnostic-text diagnostic) "\n")))))

;; An edit, as typed.
(goto-char (point-min))
(search-forward "Status: ")
(delete-region (point) (line-end-position))
(insert "Enabled")
(eglot--signal-textDocument/didChange)
(flymake-start)
(wait-until "s3-bucket-versioning gone after the edit"
            (lambda () (and (finding "kms-key-rotation") (not (finding "s3-bucket-versioning")))))
(princ "edited: s3-bucket-versioning is gone\n")

;; A quick fix.
(goto-char (flymake-diagnostic-beg (finding "kms-key-rotation")))
(let* ((actions (eglot-code-actions (point) (point) nil nil))
       (fix (seq-find (lambda (action) (and (equal (plist-get action :kind) "quickfix") (plist-get action :edit))) actions)))
  (princ "code actions:\n")
  (seq-do (lambda (action) (princ (format "  %s\n" (plist-get action :title)))) actions)
  (unless fix (error "Emacs: no quick fix"))
  (eglot--apply-workspace-edit (plist-get fix :edit))
  (eglot--signal-textDocument/didChange)
  (flymake-start)
  (wait-until "kms-key-rotation gone after the fix" (lambda () (not (finding "kms-key-rotation"))))
  (princ (format "fixed: %s\n" (plist-get fix :title))))
(save-buffer)
(eglot-shutdown (eglot-current-server) nil 5)
(kill-emacs 0)
