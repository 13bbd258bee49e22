namespace Streaming.Pipeline.Isobmff;

/// <summary>File Type Box. ISO/IEC 14496-12 §4.3.</summary>
internal static class FtypBox
{
    /// <param name="writer">Where to write it.</param>
    /// <param name="majorBrand">The specification that the file follows best.</param>
    /// <param name="compatibleBrands">4CCs one after the other.</param>
    public static void Write(BoxWriter writer, ReadOnlySpan<byte> majorBrand, ReadOnlySpan<byte> compatibleBrands)
    {
        using (writer.Open("ftyp"u8))
        {
            writer.WriteBytes(majorBrand);
            writer.WriteUInt32(0); // minor_version
            writer.WriteBytes(compatibleBrands);
        }
    }
}
