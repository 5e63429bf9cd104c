"""Download links: minted for one person, checked at each use, served by the bot itself.

`minting` makes a link, `checking` finds the row of a token, `streaming` answers a request with the
package or with a page in words, `zip_end` decides whether a package is whole. The bytes are never
at rest here, and nothing here knows how a platform or the database is spoken to.
"""
