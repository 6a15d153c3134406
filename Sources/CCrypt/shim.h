/* crypt_r(3) of libxcrypt: the password hashes of Unix, bcrypt among them. */
#ifndef RINGPORT_CCRYPT_SHIM_H
#define RINGPORT_CCRYPT_SHIM_H

#include <crypt.h>
#include <stdlib.h>
#include <string.h>

/* Whether a password has a hash: 1 or 0, -1 when the hash is of no kind that is known. Both end with a NUL. The result
 * takes the same time wherever two hashes differ. */
static inline int ringport_password_has_hash(const char *password, const char *hash) {
    struct crypt_data *data = calloc(1, sizeof *data);
    if (!data) return -1;
    const char *made = crypt_r(password, hash, data);
    int result = -1;
    /* A failure is a token that begins with a star, which no hash does. */
    if (made && made[0] != '*') {
        size_t count = strlen(made);
        unsigned char difference = strlen(hash) != count;
        for (size_t place = 0; place < count && hash[place]; place++)
            difference |= (unsigned char)(made[place] ^ hash[place]);
        result = difference == 0;
    }
    /* What was derived from the password does not stay behind. */
    explicit_bzero(data, sizeof *data);
    free(data);
    return result;
}

#endif
