namespace Bnn.Training;

/// <summary>What a thread does during a training step.</summary>
public enum TrainingPhase
{
    /// <summary>Anything that has no phase of its own: losses, packing of panels, work between phases.</summary>
    Other,

    /// <summary>Bytes to what the first layer sees.</summary>
    Encode,

    /// <summary>Sums of the layers, with the packing of their weights.</summary>
    Forward,

    /// <summary>The largest sum of each window, and the sums for batch norm.</summary>
    Pool,

    /// <summary>Batch norm and sign, forward and backward, and the mask of the gradients.</summary>
    Normalize,

    /// <summary>Gradients by the values of a layer.</summary>
    InputGradient,

    /// <summary>Gradients by the weights.</summary>
    WeightGradient,

    /// <summary>Steps on weights, with the sums over the parts of a batch.</summary>
    Optimizer,

    /// <summary>Nothing: other threads have the last tasks of a phase, or one thread works alone.</summary>
    Waiting,
}
