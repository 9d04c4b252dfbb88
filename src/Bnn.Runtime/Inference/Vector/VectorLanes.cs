using Bnn.Kernels;

namespace Bnn.Inference.Vector;

/// <summary>Widths of registers by their number of lanes.</summary>
internal static class VectorLanes
{
    /// <summary>Lanes of the widest register that the processor has.</summary>
    public static int Widest => Lanes512.IsAccelerated ? 512 : Lanes256.IsAccelerated ? 256 : Lanes128.IsAccelerated ? 128 : 64;

    /// <summary>An error that says which numbers there are.</summary>
    public static ArgumentOutOfRangeException Unknown(int lanes) => new(nameof(lanes), lanes, "Must be 64, 128, 256 or 512.");
}
