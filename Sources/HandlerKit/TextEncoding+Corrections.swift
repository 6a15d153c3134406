/// Differences between the Encoding Standard's indexes and the C library's converters. Pure; any thread.

internal import HTTP

extension TextEncoding {
    /// Characters that the standard has otherwise: the bytes in the upper half, the code point in the lower.
    ///
    /// They are compared with the standard's indexes; another release of the C library, which may have taken some of
    /// them over, changes nothing.
    var corrections: [UInt32] {
        switch self {
        case .koi8U: [0x00AE_045E, 0x00BE_040E]
        case .macintosh: [0x00C6_2206, 0x00F0_F8FF]
        case .macCyrillic: [0x00FF_20AC]
        case .windows1255: [0x00CA_05BA]
        case .shiftJIS: [0x0080_0080]
        case .gbk, .gb18030:
            // The ideographic space is for pages of old; private-use characters are what a browser sends for them.
            [
                0x0080_20AC, 0xA3A0_3000, 0xFE51_E816, 0xFE52_E817, 0xFE53_E818, 0xFE6C_E831, 0xFE76_E83B, 0xFE91_E855,
            ]
        case .big5: Self.big5Corrections
        default: []
        }
    }

    /// Bytes between 80 and 9F that are no character of the code page and stand for the control of their number.
    var hasControlsInHoles: Bool {
        switch self {
        case .windows874, .windows1250, .windows1251, .windows1252, .windows1253, .windows1254, .windows1255,
            .windows1256, .windows1257, .windows1258:
            true
        default: false
        }
    }

    private static let big5Corrections: [UInt32] = hongKongCorrections + controlPictures

    /// The control pictures of ETEN's Big5.
    private static let controlPictures: [UInt32] = (0x00...0x1f).map { 0xA3C0_2400 + $0 << 16 + $0 } + [0xA3E0_2421]

    /// The compatibility points of HKSCS.
    private static let hongKongCorrections: [UInt32] = [
        0x8E69_7BB8, 0x8E6F_7C06, 0x8E7E_7CCE, 0x8EAB_7DD2, 0x8EB4_7E1D, 0x8ECD_8005, 0x8ED0_8028, 0x8F57_83C1,
        0x8F69_84A8, 0x8F6E_840F, 0x8FCB_89A6, 0x8FCC_89A9, 0x8FFE_8D77, 0x906D_90FD, 0x907A_92B9, 0x90DC_975C,
        0x90F1_97FF, 0x91BF_9F16, 0x9244_8503, 0x92AF_5159, 0x92B0_515B, 0x92B1_515D, 0x92B2_515E, 0x92C8_936E,
        0x92D1_7479, 0x9447_6D67, 0x94CA_799B, 0x95D9_9097, 0x9644_975D, 0x96ED_701E, 0x96FC_5B28, 0x9B76_7201,
        0x9B78_77D7, 0x9B7B_7E87, 0x9BC6_99D6, 0x9BDE_91D4, 0x9BEC_60DE, 0x9BF6_6FB6, 0x9C42_8F36, 0x9C53_4FBB,
        0x9C62_71DF, 0x9C68_9104, 0x9C6B_9DF0, 0x9C77_83CF, 0x9CBC_5C10, 0x9CBD_79E3, 0x9CD0_5A67, 0x9D57_8F0B,
        0x9D5A_7B51, 0x9DC4_62D0, 0x9EA9_6062, 0x9EEF_75F9, 0x9EFD_6C4A, 0x9F60_9B2E, 0x9F66_9F17, 0x9FCB_50ED,
        0x9FD8_5F0C, 0xA063_880F, 0xA077_62CE, 0xA0D5_7468, 0xA0DF_7162, 0xA0E4_7250, 0xC6CF_5EF4, 0xC6D3_65E0,
        0xC6D5_7676, 0xC6D7_96B6, 0xC6DE_3003, 0xC6DF_4EDD, 0xFA5F_5029, 0xFA66_507D, 0xFABD_5305, 0xFAC5_5344,
        0xFAD5_537F, 0xFB48_5605, 0xFBB8_5A77, 0xFBF3_5E75, 0xFBF9_5ED0, 0xFC4F_5F58, 0xFC6C_60A4, 0xFCB9_6490,
        0xFCE2_6674, 0xFCF1_675E, 0xFDB7_6C9C, 0xFDB8_6E1D, 0xFDBB_6E2F, 0xFDF1_716E, 0xFE52_732A, 0xFE6F_745C,
        0xFEAA_74E9, 0xFEDD_7809,
    ]
}
