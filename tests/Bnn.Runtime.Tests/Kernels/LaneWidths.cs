using Bnn.Kernels;

namespace Bnn.Runtime.Tests.Kernels;

/// <summary>Something to be done with registers of a width that is known only as a number.</summary>
internal interface ILaneCase
{
    void Run<TLanes>()
        where TLanes : unmanaged, ILanes<TLanes>;
}

/// <summary>All widths: those that the processor lacks are computed by the runtime from narrower ones, and give the same bits.</summary>
internal static class LaneWidths
{
    public static TheoryData<int> All => [64, 128, 256, 512];

    public static void Run(int width, ILaneCase lanes)
    {
        switch (width)
        {
            case 64:
                lanes.Run<Lanes64>();
                break;
            case 128:
                lanes.Run<Lanes128>();
                break;
            case 256:
                lanes.Run<Lanes256>();
                break;
            case 512:
                lanes.Run<Lanes512>();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(width), width, "No such width.");
        }
    }
}
