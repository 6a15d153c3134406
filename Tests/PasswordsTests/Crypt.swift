/// crypt(3) itself, to see which settings it takes. Test threads.

import CCrypt

enum Crypt {
    /// True when a hash can be made by a setting.
    static func makesHash(_ setting: String) -> Bool {
        var data = crypt_data()
        guard let made = unsafe crypt_r("a", setting, &data) else { return false }
        return unsafe made[0] != 0x2A
    }
}
